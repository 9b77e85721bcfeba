#!/usr/bin/env python3
"""One application, asked over a pipe: a line of JSON in, a line of JSON out.

    python judge.py MODULE NAME DATABASE

`["make", [[name, email, password], ...]]` and `["login", name, password]` are answered with `null` and `true` or `false`, or
with `{"error": ...}` if the application itself fails, which for a log-in is as bad as a no.
"""

import json
import os
import sys
import traceback
from importlib import import_module

from judges import Person


def main():
    module, name, database = sys.argv[1:]
    # What libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    application = import_module(f"judges.{module}").APPLICATIONS[name](database)
    for line in sys.stdin:
        print(json.dumps(answer(application, *json.loads(line))), file=answers)


def answer(application, question, *details):
    try:
        if question == "make":
            return application.make([Person(*person) for person in details[0]])
        return bool(application.login(*details))
    except Exception:
        return {"error": traceback.format_exc(limit=-4)}


if __name__ == "__main__":
    main()
