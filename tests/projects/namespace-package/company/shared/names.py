TITLE = "portal"
