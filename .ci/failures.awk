# Reads what runs of `bun test` printed, a file each, and prints of every failed test what came since the result before it, at
# most its last 60 lines. The names come once more at the end, so that the tail of a long log has them.
BEGIN { LINES = 60; WIDTH = 500; TESTS = 20; NAMES = 200 }

function forget() { lines = 0; rules = 0 }
function tell(name,   at) {
  names[++failed] = name
  if (failed > TESTS) return
  printf "\n-- %s\n", name
  if (lines > LINES) printf "(%d lines more)\n", lines - LINES
  for (at = lines > LINES ? lines - LINES + 1 : 1; at <= lines; at++) print kept[at]
}
# A run without a summary was ended, or crashed, in the midst of a test.
function close_report() { if (NR > 1 && !summary) tell(file ": the run did not come to its end") }

FNR == 1 { close_report(); forget(); file = FILENAME; summary = 0; repeated = 0 }
/^Ran [0-9]+ tests? across / { summary = 1 }
# After the last file bun repeats the results that are no passes, without what led to them.
/^[0-9]+ tests? (skipped|todo|failed):$/ { repeated = 1 }
# That a test timed out is said below its name.
timed_out && /^  \^ / && failed <= TESTS { print; timed_out = 0; next }
{ timed_out = 0 }
repeated || summary { next }

/^[^ ].*\.test\.[jt]sx?:$/ { file = substr($0, 1, length($0) - 1); forget(); next }
/^\((pass|skip|todo)\) / { forget(); next }
# What a test printed last may lack its line end.
/^\(fail\) / || /\(fail\) .* \[[0-9.]+m?s\]$/ {
  at = index($0, "(fail) ")
  if (at > 1) kept[++lines] = substr($0, 1, at - 1)
  tell(file ": " substr($0, at + 7))
  timed_out = 1
  forget()
  next
}
{ kept[++lines] = substr($0, 1, WIDTH) }
# An error that no test is to blame for stands between two rules.
/^# Unhandled error between tests$/ { lines = 0; rules = 1; next }
rules && /^-+$/ && rules++ == 2 { tell(file ": an error between tests"); forget() }

END {
  close_report()
  if (failed) print ""
  for (at = 1; at <= failed && at <= NAMES; at++) print "(fail) " names[at]
  if (failed > NAMES) printf "and %d more\n", failed - NAMES
}
