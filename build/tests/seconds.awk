# Prints "SECONDS CLASS TESTS" for every class in xunit's reports of test programs. Classes run one after another, so a class took
# the time since the end of the one before, and what it had to prepare is in it.
BEGIN { RS = "<" }

function value(name, from, rest) {
    from = index($0, " " name "=\"")
    rest = substr($0, from + length(name) + 3)
    return from ? substr(rest, 1, index(rest, "\"") - 1) : ""
}

# 2026-11-28T13:13:03.1769868+00:00 as a second of its day; a day later than the one before when midnight lies between.
function second(stamp) { return substr(stamp, 12, 2) * 3600 + substr(stamp, 15, 2) * 60 + substr(stamp, 18, 10) }

FNR == 1 { close_report() }
/^assembly / { start = second(value("start-rtf")); n = 0 }
/^test / {
    type = value("type")
    end = second(value("finish-rtf"))
    if (end < start)
        end += 86400
    tests[type]++
    # The end of a class is that of its last test.
    if (!(type in last))
        order[++n] = type
    if (!(type in last) || end > last[type])
        last[type] = end
}

function close_report(    i, k, previous, next_one, done) {
    previous = start
    for (i = 1; i <= n; i++) {
        next_one = ""
        for (k = 1; k <= n; k++)
            if (!(order[k] in done) && (next_one == "" || last[order[k]] < last[next_one]))
                next_one = order[k]
        printf "%.1f %s %d\n", last[next_one] - previous, next_one, tests[next_one]
        previous = last[next_one]
        done[next_one] = 1
    }
    for (i = 1; i <= n; i++) {
        delete last[order[i]]
        delete tests[order[i]]
    }
    n = 0
}
END { close_report() }
