from dashboard import server as application
