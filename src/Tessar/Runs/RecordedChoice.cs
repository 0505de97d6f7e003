using Tessar.Named;

namespace Tessar.Runs;

/// <summary>Choices as a run records them: a name with all its numbers, from which the same thing is made again.</summary>
internal static class RecordedChoice
{
    /// <summary>Completes a choice with its defaults.</summary>
    /// <param name="choices">What there is.</param>
    /// <param name="name">The choice.</param>
    /// <param name="given">Numbers that were given; a null counts as not given.</param>
    /// <param name="violations">Receives a sentence for everything that is wrong.</param>
    public static NamedSettings Resolve<T, TMark>(
        this Choices<T, TMark> choices, string name, IEnumerable<KeyValuePair<string, double?>> given,
        ICollection<string> violations)
        where T : class
        where TMark : class, INamed =>
        new(name, choices.Complete(name, given, violations));

    /// <summary>What keeps a recorded choice from being made again, as a clause; null when nothing does.</summary>
    public static string? Objection<T, TMark>(this Choices<T, TMark> choices, NamedSettings recorded)
        where T : class
        where TMark : class, INamed
    {
        List<string> violations = [];
        NamedSettings resolved = choices.Resolve(
            recorded.Name, recorded.Values.Select(pair => new KeyValuePair<string, double?>(pair.Key, pair.Value)), violations);
        if (violations.Count > 0)
            return violations[0].TrimEnd('.');
        string? missing = resolved.Values.Keys.FirstOrDefault(key => !recorded.Values.ContainsKey(key));
        return missing is null ? null : $"its {choices.Kind} {recorded.Name} lacks `{missing}`";
    }

    /// <summary>Makes a resolved choice: its constructor takes what is given, and the settings last.</summary>
    public static T Create<T, TMark>(this Choices<T, TMark> choices, NamedSettings settings, params object[] before)
        where T : class
        where TMark : class, INamed =>
        choices.Create(settings.Name, [.. before, settings]);
}
