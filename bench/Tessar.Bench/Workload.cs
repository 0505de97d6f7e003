namespace Tessar.Bench;

/// <summary>
/// A training of a size that a laptop does in seconds; together they mix small and large steps, dense and convolutional layers.
/// </summary>
/// <param name="Name">How results name it.</param>
/// <param name="Model">A model of the zoo.</param>
/// <param name="BatchSize">Examples per update.</param>
/// <param name="Examples">Examples of the one epoch that is timed; a multiple of the batch size.</param>
/// <param name="Augment">Augmentations, or none.</param>
internal sealed record Workload(string Name, string Model, int BatchSize, int Examples, params string[] Augment)
{
    /// <summary>From a step that is all overhead to one that is all arithmetic.</summary>
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("logistic", "logistic", 64, 10_000 / 64 * 64),
        new("mlp", "mlp", 64, 10_000 / 64 * 64),
        new("mlp, large batches", "mlp", 1000, 10_000),
        new("cnn", "cnn", 64, 40 * 64),
        new("cnn, augmented", "cnn", 64, 40 * 64, "flip", "translate"),
        new("resnet9", "resnet9", 64, 3 * 64),
    ];
}
