# SPDX-License-Identifier: Apache-2.0
"""failing.py MPIRUN ARGS... PROGRAM: what fails under mpirun is seen, once, with its ranks; nothing hangs."""
import os
import subprocess
import sys

command, program = sys.argv[1:-1], sys.argv[-1]
mistakes = []


def expect(ranks, test, code_is_zero, *texts, seconds=20):
    environment = dict(os.environ, TENON_TEST_TIMEOUT=str(seconds))
    run = subprocess.run([*command, "-n", str(ranks), program, "--test-case=" + test], env=environment,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    wrong = ["exit code %d" % run.returncode] if (run.returncode == 0) != code_is_zero else []
    wrong += ["%d times: %s" % (run.stdout.count(text), text) for text in texts if run.stdout.count(text) != 1]
    if wrong:
        mistakes.append("%s on %d ranks: %s\n%s" % (test, ranks, "; ".join(wrong), run.stdout))


expect(3, "passes", True, "3 ranks: 1 passed, 0 failed, 0 skipped")
expect(1, "passes", True, "1 ranks: 0 passed, 0 failed, 1 skipped")
expect(3, "needs more ranks", True, "3 ranks: 0 passed, 0 failed, 1 skipped")
expect(4, "fails on one rank", False, "FAILED on rank 1: fails on one rank",
       "failing.cpp:", "CHECK( world.rank() != 1 ) is 1 != 1", "4 ranks: 0 passed, 1 failed, 0 skipped")
expect(3, "fails on all ranks", False, "FAILED on ranks 0, 1, 2: fails on all ranks")
expect(2, "throws on one rank", False, "FAILED on rank 1: throws on one rank", "exception: a text to find")
expect(2, "fails in a subcase", False, "FAILED on rank 0: fails in a subcase", "in the subcase: second")
expect(3, "waits for ever", False, 'rank 0 of 3 is in the test "waits for ever"',
       'rank 1 of 3 waits for the others at the end of the test "waits for ever"', seconds=2)
expect(2, "leaves the others waiting", False, "rank 1 of 2 left early, and waits for the others", seconds=2)
expect(1, "of one process", False, "FAILED on rank 0: of one process", "1 ranks: 0 passed, 1 failed, 0 skipped")
expect(2, "of one process", True, "2 ranks: 0 passed, 0 failed, 0 skipped")
expect(2, "crashes", False, 'rank 1 crashed in "crashes"')
sys.exit("\n".join(mistakes) or 0)
