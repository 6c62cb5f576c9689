// Where the API is; publishing the site writes its address here. Empty: where the page is.
export const API_URL = "";
