namespace Tessar;

/// <summary>Says that a name isn't known: what was typed, the nearest that is, and what there is.</summary>
/// <remarks>One sentence for everything people name, so that they need to learn it once.</remarks>
internal static class UnknownName
{
    private const int MostListed = 30;

    /// <summary>
    /// <c>There is no order `randm`. Did you mean `random`? There are quasi-random, random, sequential.</c>
    /// </summary>
    /// <param name="kind">What it would have been, in the singular: <c>order</c>, <c>column</c>.</param>
    /// <param name="typed">What was typed.</param>
    /// <param name="known">The names there are, in the order in which they are listed.</param>
    /// <param name="place">Where it was looked for, with a preposition: <c>in a.csv</c>; nothing by default.</param>
    public static string Text(string kind, string typed, IEnumerable<string> known, string place = "")
    {
        string[] names = [.. known];
        return $"{Short(kind, typed, names, place)} {List(names)}";
    }

    /// <summary>The same without the list, for names so many that another command shows them.</summary>
    /// <inheritdoc cref="Text"/>
    public static string Short(string kind, string typed, IEnumerable<string> known, string place = "") =>
        $"There is no {kind} `{typed}`{(place.Length > 0 ? $" {place}" : string.Empty)}.{NearestName.Hint(typed, known)}";

    private static string List(string[] names) => names switch
    {
        [] => "There are none.",
        [var only] => $"There is only {only}.",
        _ when names.Length > MostListed =>
            $"There are {string.Join(", ", names.Take(MostListed))} and {names.Length - MostListed} more.",
        _ => $"There are {string.Join(", ", names)}.",
    };
}
