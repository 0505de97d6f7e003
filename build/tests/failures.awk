# Prints the failed tests of a log of a test program, each with its message and trace.
/^(passed|failed|skipped) / { shown = /^failed / }
/^Test run summary/ { shown = 0 }
shown
