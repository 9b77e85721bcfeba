"""A small user service: Flask, Flask-SQLAlchemy and passlib on one SQLite file.

It is the application that `useradm` works beside, written the way such a service usually is: it looks before it
writes, keeps its connections pooled and knows nothing of the tool. Settings come from the environment:
SQLALCHEMY_DATABASE_URI, PBKDF2_ROUNDS and PORT (0 takes a free one).
"""

import os

from flask import Flask, jsonify, request
from flask_sqlalchemy import SQLAlchemy
from passlib.hash import pbkdf2_sha256

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("SQLALCHEMY_DATABASE_URI", "sqlite:///users.db")
db = SQLAlchemy(app)
password_hasher = pbkdf2_sha256.using(rounds=int(os.environ.get("PBKDF2_ROUNDS", pbkdf2_sha256.default_rounds)))


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    username = db.Column(db.String(80), unique=True, nullable=False)
    password_hash = db.Column(db.String(120), nullable=False)


with app.app_context():
    db.create_all()


def find_by_name(username):
    return db.session.execute(db.select(User).filter_by(username=username)).scalar_one_or_none()


def create_user(message):
    data = request.get_json()
    if find_by_name(data["username"]):
        return jsonify(message="User already exists"), 400
    db.session.add(User(username=data["username"], password_hash=password_hasher.hash(data["password"])))
    db.session.commit()
    return jsonify(message=message), 201


@app.post("/register")
def register():
    return create_user("User created successfully")


@app.post("/login")
def login():
    data = request.get_json()
    user = find_by_name(data["username"])
    if user is None or not pbkdf2_sha256.verify(data["password"], user.password_hash):
        return jsonify(message="Invalid credentials"), 401
    return jsonify(message="Login successful")


@app.get("/users")
def list_users():
    users = db.session.execute(db.select(User)).scalars()
    return jsonify([{"id": user.id, "username": user.username} for user in users])


@app.post("/users")
def add_user():
    return create_user("User added successfully")


@app.put("/users/<int:user_id>")
def update_user(user_id):
    user = db.session.get(User, user_id)
    if user is None:
        return jsonify(message="User not found"), 404
    data = request.get_json()
    if "username" in data:
        user.username = data["username"]
    if "password" in data:
        user.password_hash = password_hasher.hash(data["password"])
    db.session.commit()
    return jsonify(message="User updated successfully")


@app.delete("/users/<int:user_id>")
def delete_user(user_id):
    user = db.session.get(User, user_id)
    if user is None:
        return jsonify(message="User not found"), 404
    db.session.delete(user)
    db.session.commit()
    return jsonify(message="User deleted successfully")


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=int(os.environ.get("PORT", "5000")), threaded=True)
