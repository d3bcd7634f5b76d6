// A page made for paper opens the print dialogue by itself; without script the browser's own command does it.
addEventListener("load", () => print());
