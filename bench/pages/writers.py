"""Ten people write initiatives for a minute; counts what was taken, and what a reader then finds: python3 writers.py ADDRESS."""

import re
import sys
import threading
import time

import requests

ADDRESS = sys.argv[1]
with open("cookies.txt", encoding="utf-8") as file:
    # Every fourth of them analyses the record, and so writes initiatives.
    COOKIES = file.read().split()[::4]
END = time.time() + 60
taken, refused = [], []


def work(number):
    """Writes one initiative a second."""
    session = requests.Session()
    session.cookies.set("evenkeel", COOKIES[number % len(COOKIES)])
    count = 0
    while time.time() < END:
        page = session.get(ADDRESS + "/initiatives/new").text
        value = lambda name: re.search(rf'name="{name}" value="([^"]+)"', page).group(1)
        title = f"Written by {number}, {count}"
        values = {"title": title, "aim": "", "owner": "Load", "begins": "2026-01-01", "ends": ""}
        values |= {name: value(name) for name in ("form", "unit", "measure")}
        answer = session.post(
            ADDRESS + "/initiatives", data=values, headers={"Origin": ADDRESS}, allow_redirects=False
        )
        (taken if answer.status_code == 303 else refused).append(title)
        count += 1
        time.sleep(1)


threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
listed = requests.get(ADDRESS + "/initiatives", cookies={"evenkeel": COOKIES[0]}).text
found = [title for title in taken if title + "<" in listed or title + " " in listed]
print(f"{len(taken)} taken, {len(refused)} refused, {len(found)} of them listed")
