# SPDX-License-Identifier: Apache-2.0
"""Prints the files of a folder whose names end in one of the endings, sorted, relative to the folder."""
import pathlib
import sys

folder, endings = pathlib.Path(sys.argv[1]), tuple(sys.argv[2:])
for file in sorted(folder.rglob("*")):
    if file.is_file() and file.name.endswith(endings):
        print(file.relative_to(folder).as_posix())
