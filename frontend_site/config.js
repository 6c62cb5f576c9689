// Where the API is; publishing the site writes its address here. Empty: where the page is.
window.ANIME_API_URL = "";
