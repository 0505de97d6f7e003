using Tessar.Results;

namespace Tessar.Lenses.Data.Evaluation.Sanity;

/// <summary>Checks that scores without errors fulfil, whatever their quality.</summary>
internal sealed record SanityAnswer : RecordedAnswer
{
    /// <summary>Name of the run.</summary>
    public required string Run { get; init; }

    /// <summary>Name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>The effective options of the method.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>Models on random halves that the method looked at; 0 for the runs' own.</summary>
    public required int Ensemble { get; init; }

    /// <summary>The training examples.</summary>
    public required string Train { get; init; }

    /// <summary>The targets.</summary>
    public required string Targets { get; init; }

    /// <summary>Whether no check failed.</summary>
    public required bool Passes { get; init; }

    /// <summary>The checks.</summary>
    public required IReadOnlyList<SanityCheck> Checks { get; init; }

    /// <summary>Seconds it took.</summary>
    public double Seconds { get; init; }

    /// <summary>Full path of the file that keeps this.</summary>
    public string Result { get; init; } = string.Empty;
}

/// <summary>One check.</summary>
internal sealed record SanityCheck
{
    /// <summary>Its name, such as `randomised-weights`.</summary>
    public required string Name { get; init; }

    /// <summary>What was measured; absent when it couldn't be.</summary>
    public EstimateAnswer? Measured { get; init; }

    /// <summary>What is expected.</summary>
    public required string Expected { get; init; }

    /// <summary>Whether it holds; absent where there is no line, or nothing could be measured.</summary>
    public bool? Passes { get; init; }

    /// <summary>Why nothing could be measured, or what to know; absent when there is nothing to say.</summary>
    public string? Note { get; init; }
}
