"""Sets up the first account of a new server and people who sign in: python3 people.py ADDRESS CODE COUNT → cookies.txt."""

import re
import sys

import requests

ADDRESS, CODE, COUNT = sys.argv[1], sys.argv[2], int(sys.argv[3])
PASSWORD = "seven quiet harbours"
HEADERS = {"Origin": ADDRESS}


def form(session, path):
    """The token of the form on a page."""
    return re.search(r'name="form" value="([0-9a-f]{64})"', session.get(ADDRESS + path).text).group(1)


def send(session, path, **values):
    """Sends the form of a page."""
    page = path if path != "/administration/users" else "/administration"
    values["form"] = form(session, page)
    return session.post(ADDRESS + path, data=values, headers=HEADERS, allow_redirects=False)


administrator = requests.Session()
send(administrator, "/set-up", code=CODE, name="Mara", sign_in="mara", password=PASSWORD)
cookies = []
for number in range(COUNT):
    name = f"p{number}"
    role = "insights" if number % 4 == 0 else "executive"
    added = send(administrator, "/administration/users", name=name, sign_in=name, role=role, unit="", person="")
    link = re.search(r"/password/[0-9a-f]{64}", added.text).group(0)
    send(requests.Session(), link, password=PASSWORD)
    session = requests.Session()
    assert send(session, "/sign-in", name=name, password=PASSWORD, next="/measures").status_code == 303
    cookies.append(session.cookies["evenkeel"])
with open("cookies.txt", "w", encoding="utf-8") as file:
    file.write("\n".join(cookies) + "\n")
print(f"{len(cookies)} people signed in")
