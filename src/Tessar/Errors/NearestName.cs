namespace Tessar;

/// <summary>Finds the known name a mistyped one was probably meant to be, for "did you mean" in errors.</summary>
internal static class NearestName
{
    /// <summary>
    /// The known name closest to <paramref name="typed"/>, or null when none is close enough to be worth suggesting.
    /// </summary>
    /// <remarks>
    /// A name that alone begins or ends with the typed text wins. Otherwise the one with the fewest insertions, deletions,
    /// substitutions and swaps of neighbours, case ignored, if they are at most a third of the longer length (at least one).
    /// </remarks>
    public static string? Of(string typed, IEnumerable<string> known)
    {
        string? best = null;
        int bestDistance = int.MaxValue;
        var containing = new List<string>();
        foreach (string name in known)
        {
            int distance = Distance(typed.ToUpperInvariant(), name.ToUpperInvariant());
            if (distance <= Math.Max(1, Math.Max(typed.Length, name.Length) / 3) && distance < bestDistance)
                (best, bestDistance) = (name, distance);
            if (typed.Length >= 2 && (name.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
                || name.EndsWith(typed, StringComparison.OrdinalIgnoreCase)))
                containing.Add(name);
        }
        return containing.Count == 1 ? containing[0] : best;
    }

    /// <summary>" Did you mean `x`?" with a leading space, or the empty string when no known name is close.</summary>
    public static string Hint(string typed, IEnumerable<string> known) =>
        Of(typed, known) is { } name ? $" Did you mean `{name}`?" : string.Empty;

    // Optimal string alignment: three rolling rows of the edit-distance table.
    private static int Distance(string a, string b)
    {
        int[] beforeLast = new int[b.Length + 1], last = new int[b.Length + 1], current = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            last[j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
            }
            (beforeLast, last, current) = (last, current, beforeLast);
        }
        return last[b.Length];
    }
}
