#:project ../src/Tessar/Tessar.csproj
#:property OutputType=Library
#:property GenerateDocumentationFile=true
#:property PublishAot=false

// An attribution method of your own is one class. Name, help, options with their ranges and defaults all come from here:
//   dotnet build samples/method.cs -o mine
//   TESSAR_METHODS=mine/method.dll tessar attribute RUN --method data/label-match --targets test:0-9
using System.ComponentModel.DataAnnotations;
using Tessar;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;

namespace Mine;

/// <summary>Scores an example by its label alone: for those of the target's class, against those of all others.</summary>
[Method(
    "data/label-match", Paper = "original", Cost = "n·m comparisons", Needs = MethodNeeds.Nothing,
    BestFor = "showing how a method is written")]
public sealed class LabelMatch(LabelMatchOptions options) : IAttributionMethod
{
    /// <inheritdoc/>
    public AttributionMatrix Score(RunView run, ExampleSet train, ExampleSet targets, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(context);
        if (sizeof(float) * (long)train.Count * targets.Count > context.MemoryBudget)
            throw new TessarException(
                $"Scores of {train} on {targets} don't fit into memory. Choose fewer --targets.", ErrorKind.Environment);
        float[] scores = new float[train.Count * targets.Count];
        for (int i = 0; i < train.Count; i++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            for (int j = 0; j < targets.Count; j++)
                scores[i * targets.Count + j] = Score(train.Label(i), targets.Label(j), train.Store.ClassNames.Count);
            context.Progress?.Report(new MethodProgress("scores", i + 1, train.Count, "examples"));
        }

        return new AttributionMatrix(scores, train.Count, targets.Count, new AttributionReport
        {
            Method = "data/label-match", Output = "none", Parameters = 0, SkippedParameters = [], SecondsFeatures = 0,
            SecondsScoring = 0,
            ExamplesComputed = 0, GradientCheck = 0,
        });
    }

    /// <inheritdoc/>
    public float[] SelfInfluence(RunView run, ExampleSet train, MethodContext context)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(context);
        return [.. Enumerable.Repeat((float)options.Strength, train.Count)];
    }

    private float Score(int own, int target, int classes) =>
        (float)(own == target ? options.Strength : -options.Strength / Math.Max(1, classes - 1));
}

/// <summary>Settings of <see cref="LabelMatch"/>.</summary>
public sealed record LabelMatchOptions
{
    /// <summary>Score of an example of the target's class.</summary>
    [Range(0.001, 1000)]
    public double Strength { get; init; } = 1;
}
