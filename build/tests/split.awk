# Prints the test classes for the second of two processes. Input: kind=seconds FILE ("12.3 Some.Class") kind=classes FILE ("Some.Class",
# those of the program `main`). The slowest first, each goes to the process that has less to do so far. A class that moved keeps its
# seconds, and one that nobody measured counts as a second; what was measured of other programs is work of the first process.
function name(class) { sub(/.*\./, "", class); return class }

kind == "seconds" {
    measured[$2] = bare[name($2)] = $1
    if (index($2, main ".") != 1)
        load[1] += $1
    next
}

# The list ends with the summary of a run without tests.
NF == 1 && index($1, main ".") == 1 {
    classes[++count] = $1
    cost[count] = $1 in measured ? measured[$1] : name($1) in bare ? bare[name($1)] : 1
}

END {
    for (i = 1; i <= count; i++) {
        slowest = 0
        for (k = 1; k <= count; k++)
            if (!taken[k] && (!slowest || cost[k] > cost[slowest]))
                slowest = k
        taken[slowest] = 1
        process = load[2] < load[1] ? 2 : 1
        load[process] += cost[slowest]
        if (process == 2)
            print classes[slowest]
    }
}
