using System.Globalization;
using Tessar.Autograd;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Operators.Kronecker;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Tasks;
using static TorchSharp.torch;

namespace Tessar.Lenses.Data.Kronecker;

/// <summary>What a curvature depends on besides checkpoints and data.</summary>
/// <param name="IsKfac">Whether the eigenvalues of layers are products of those of the factors.</param>
/// <param name="Labels">Whose gradients.</param>
/// <param name="Seed">Seed of drawn labels.</param>
/// <param name="Examples">Most train examples.</param>
/// <param name="BatchSize">Examples per forward pass.</param>
/// <param name="Unsupported">What to do with parameters without a rule.</param>
internal sealed record CurvatureSettings(
    bool IsKfac, CurvatureLabels Labels, ulong Seed, int Examples, int BatchSize, UnsupportedParameters Unsupported)
{
    /// <summary>The mean curvature of some checkpoints of one run, kept beside the run's results.</summary>
    /// <param name="shapes">The blocks of the model.</param>
    /// <param name="checkpoints">At least one.</param>
    /// <param name="train">The train set.</param>
    /// <param name="folder">Name of the method's folder.</param>
    /// <param name="kept">Curvatures that are held at once, for the budget.</param>
    /// <param name="context">Progress, cancellation and limits.</param>
    public KroneckerCurvature Fit(
        IReadOnlyList<BlockShape> shapes, IReadOnlyList<CheckpointView> checkpoints, ExampleSet train, string folder, int kept,
        MethodContext context)
    {
        CurvatureFit.CheckMemory(shapes, kept, context);
        ExampleSet used = train.Count <= Examples
            ? train
            : train.Select([.. Enumerable.Range(0, Examples).Select(i => (int)((long)i * train.Count / Examples))]);
        FactorFiles files = FactorFiles.Of(
            ResultFolder.StoreOf(checkpoints[0].Run, $"data/{folder}"),
            [
                .. checkpoints.Select(view => view.Identity), train.Store.Identity, train.ToString(),
                ResultInputs.HashOfLabels(train),
                MethodOption.Write(Labels), string.Create(CultureInfo.InvariantCulture, $"{Seed} {used.Count} {BatchSize}"),
                MethodOption.Write(Unsupported),
            ]);
        Func<CurvatureSource>[] sources =
            [.. checkpoints.Select(view =>
                new Func<CurvatureSource>(() => // gradients of the loss, whatever is explained
                    new ExplainedCheckpoint(view, used, view.Task.Output(TargetOutput.NegativeLoss), Unsupported)
                        .AsSource(used, Labels, Seed)))];
        return new CurvatureFit(shapes, sources, used.Count, BatchSize, ScalarType.Float32, files, context).Fit(IsKfac);
    }
}
