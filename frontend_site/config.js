// Where the API and its documentation are; publishing the site writes their addresses here.
// Empty: where the page is.
export const API_URL = "";
export const DOCS_URL = "/docs";
