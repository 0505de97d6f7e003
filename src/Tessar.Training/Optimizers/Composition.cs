namespace Tessar.Training.Optimizers;

/// <summary>Says why one optimiser can't be put into another, and which name the ones that can have.</summary>
/// <remarks>
/// Combinations that make sense are optimisers of their own, with their own numbers: <c>sam-adamw</c>, not <c>sam(adamw)</c>.
/// </remarks>
internal static class Composition
{
    /// <summary>What is wrong with a name such as <c>sam(mezo)</c>, as sentences; null for a name without brackets.</summary>
    public static string? Objection(string name)
    {
        int open = name.IndexOf('(', StringComparison.Ordinal);
        if (open < 0 || !name.EndsWith(')'))
            return null;
        string outer = name[..open], inner = name[(open + 1)..^1];
        if (!IsKnown(outer) || !IsKnown(inner))
        {
            string unknown = IsKnown(outer) ? inner : outer;
            return $"`{name}` isn't an optimiser, and `{unknown}` neither. {Optimizer.Choices.Refusal(unknown)}";
        }

        OptimizerAttribute around = Optimizer.Choices.Describe(outer), within = Optimizer.Choices.Describe(inner);
        string combined = $"{outer}-{inner}";
        return (around, within) switch
        {
            ({ Backward: 2 }, { Backward: 0 }) =>
                $"`{name}` can't be: {outer} takes a gradient at the worst point nearby, and {inner} has none. Use {inner} "
                    + $"alone, or {outer}.",
            ({ Backward: 0 }, _) =>
                $"`{name}` can't be: {outer} compares two losses and asks for no gradient, so there is nothing for {inner} to "
                    + $"work on. "
                + $"Use {outer} alone, or {inner}.",
            ({ Backward: 2 }, { Backward: 2 }) =>
                $"`{name}` can't be: {inner} already takes its gradient at a point nearby. Use {inner} alone, or {outer}.",
            ({ Backward: 2 }, _) when around.Base == TypeOf(inner) => $"`{name}` is called {outer}. Use that name.",
            ({ Backward: 2 }, _) when IsKnown(combined) => $"`{name}` is called {combined}. Use that name.",
            ({ Backward: 2 }, _) =>
                $"`{name}` isn't among the optimisers. Of {outer} there are "
                + string.Join(", ", Optimizer.Choices.Names.Where(n => n.StartsWith(outer, StringComparison.Ordinal))) + ".",
            _ => $"`{name}` can't be: {outer} makes whole updates itself and has no place for {inner}. Use one of them alone.",
        };
    }

    private static bool IsKnown(string name) => Optimizer.Choices.Has(name);

    private static Type TypeOf(string name) => Optimizer.Choices.TypeOf(name);
}
