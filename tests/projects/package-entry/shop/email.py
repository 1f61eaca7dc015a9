from email.message import EmailMessage


def subject():
    message = EmailMessage()
    message["Subject"] = "hello"
    return message["Subject"]
