from flask import Flask
import stripe

app = Flask(__name__)
stripe.api_key = 'none'

@app.route('/')
def index():
    return 'shop'
