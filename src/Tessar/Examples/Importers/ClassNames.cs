namespace Tessar.Examples.Importers;

/// <summary>Decides about names of classes that differ by nothing but upper and lower case: <c>Cat</c> and <c>cat</c>.</summary>
internal static class ClassNames
{
    /// <summary>The classes that remain.</summary>
    /// <param name="names">All names, in the order of the labels.</param>
    /// <param name="source">Where they come from, for the error.</param>
    /// <param name="choice">What to do about them.</param>
    /// <param name="merged">The names that were given up, each with the one that stands for it.</param>
    /// <exception cref="FileFormatException">Some differ by case alone, and nobody has chosen what that means.</exception>
    public static IReadOnlyList<string> Settle(
        IEnumerable<string> names, string source, ClassCase choice, out IReadOnlyDictionary<string, string> merged)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        var kept = new List<string>();
        var first = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string name in names)
        {
            if (choice == ClassCase.Keep || first.TryAdd(name, name))
                kept.Add(name);
            else if (choice == ClassCase.Merge)
                given.Add(name, first[name]);
            else
            {
                throw new FileFormatException(
                    source, null, "classes whose names differ by more than upper and lower case", $"`{first[name]}` and `{name}`",
                    "Rename one; or say that they are one class, or two.")
                {
                    Remedies = [
                        new(RemedyKind.ChangeArgument, "class-case", "merge"),
                        new(RemedyKind.ChangeArgument, "class-case", "keep")
                    ],
                };
            }
        }

        merged = given;
        return kept;
    }
}
