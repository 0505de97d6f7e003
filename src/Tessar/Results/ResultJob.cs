namespace Tessar.Results;

/// <summary>What a result answers: the question with every default filled in.</summary>
public sealed record ResultJob
{
    /// <summary>
    /// What was asked: the name of a lens, such as <c>data</c>, or of one of its further questions, such as <c>data/lds</c>.
    /// </summary>
    public required string Question { get; init; }

    /// <summary>The method that was asked, such as <c>data/trak</c>; the question's own name where none is.</summary>
    public required string Method { get; init; }

    /// <summary>The method's effective options, as they would be typed.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The question's effective settings, such as how many models judge, as they would be typed.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Names of the runs that were asked; the result is kept with the first.</summary>
    public required IReadOnlyList<string> Runs { get; init; }

    /// <summary>Names of the runs they were compared with; empty for questions about runs alone.</summary>
    public IReadOnlyList<string> Against { get; init; } = [];

    /// <summary>The training examples, such as <c>train:0-9999</c>; null where none are looked at.</summary>
    public string? Train { get; init; }

    /// <summary>The targets, such as <c>test:0-99</c>; null where there are none.</summary>
    public string? Targets { get; init; }

    /// <summary>Seed of everything random; null when nobody chose one and what was asked took its own.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Bytes of memory that large arrays were allowed together.</summary>
    public long MemoryBudget { get; init; }
}
