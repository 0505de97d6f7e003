using static TorchSharp.torch;

namespace Tessar.Operators;

/// <summary>What a curvature of a model is of, besides model, loss and data.</summary>
internal sealed record LossOperatorSettings
{
    /// <summary>Whether the loss is a mean over the examples or their sum; the mean unless said otherwise.</summary>
    public LossReduction Reduction { get; init; } = LossReduction.Mean;

    /// <summary>Examples per forward pass, at least 1; the last batch takes what is left. Doesn't matter but for time and memory,
    /// and batch statistics.</summary>
    public int BatchSize { get; init; } = 128;

    /// <summary>Numbers of the examples that count, in this order, more than once if need be; null for all of them.</summary>
    public IReadOnlyList<int>? Examples { get; init; }

    /// <summary>What batch norm divides by; the running statistics unless said otherwise.</summary>
    public BatchNormMode BatchNorm { get; init; } = BatchNormMode.Evaluation;

    /// <summary>The element type that is asked for; null for that of the parameters. A model is never converted behind its
    /// owner's back.</summary>
    public ScalarType? Type { get; init; }

    /// <summary>Looked at between batches.</summary>
    public CancellationToken Cancellation { get; init; }
}

/// <summary>How the losses of examples become one.</summary>
internal enum LossReduction
{
    /// <summary>(1/N) Σ_n ℓ_n.</summary>
    Mean,

    /// <summary>Σ_n ℓ_n.</summary>
    Sum,
}

/// <summary>What batch norm divides by while a curvature is computed. Dropout is off in both.</summary>
internal enum BatchNormMode
{
    /// <summary>The running statistics: examples don't influence one another, and batches don't matter.</summary>
    Evaluation,

    /// <summary>Those of each batch, as in training: the batch size is part of what is measured. Running statistics stay as they
    /// were.</summary>
    BatchStatistics,
}
