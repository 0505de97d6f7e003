using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Tessar.Examples;
using Tessar.Lenses.Data.Scoring;
using Tessar.Methods;

namespace Tessar.Lenses.Data;

/// <summary>Finds the training examples that raised or lowered a run's predictions.</summary>
/// <remarks>
/// Answers with an <see cref="Attribution"/>; a folder of results is opened by <see cref="AttributionResult.Open"/>.
/// </remarks>
[Lens(
    "data", Verb = "attribute", Question = "Which training examples made this prediction?", DefaultMethod = "data/trak",
    NeedsTargets = true)]
internal sealed class DataLens(DataLensOptions options) : IQuestion
{
    // 8 bytes a score while they are summed, 4 in the end.
    private const long BytesPerScore = 12;

    private readonly DataLensOptions _options = options.Checked();

    /// <inheritdoc/>
    public Type Contract => typeof(IAttributionMethod);

    /// <inheritdoc/>
    public MethodAnswer Ask(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        if (_options.TopOnly && _options.All)
            throw new TessarException(
                "top-only keeps the strongest scores, all keeps every score. Leave one of them out.", ErrorKind.Usage);
        IAttributionMethod method = inquiry.CreateMethod<IAttributionMethod>();
        if (_options.TopOnly && method is not ITopAttribution)
            throw new TessarException(
                $"{inquiry.Method.Name} can't stream its scores. Leave top-only out, or choose data/trak.", ErrorKind.Usage);
        inquiry.UseEnsemble(_options.Ensemble);
        ExampleSet train = inquiry.Train(), targets = inquiry.Targets();
        Attribution found = Find(inquiry, method, train, targets);
        AttributionReport report = found.Strongest.Report;
        AttributionResult.RefuseInfinite(report, inquiry.Run);
        return new MethodAnswer
        {
            Value = found,
            Payload = AttributionResult.PayloadOf(found.Strongest, found.All is null),
            Arrays = writer => AttributionResult.Write(writer, found.Strongest, found.All),
            Train = train.ToString(),
            Targets = targets.ToString(),
            Checks = report.Checks,
            Remarks = report.Remarks,
        };
    }

    // All scores where they fit, otherwise only the strongest, streamed.
    private Attribution Find(Inquiry inquiry, IAttributionMethod method, ExampleSet train, ExampleSet targets)
    {
        MethodContext context = inquiry.Context;
        long bytes = BytesPerScore * train.Count * targets.Count;
        if (method is ITopAttribution streaming && (_options.TopOnly || (bytes > context.MemoryBudget && !_options.All)))
            return new Attribution(streaming.ScoreTop(inquiry.View, train, targets, _options.Top, context), null);
        if (context.MemoryBudget != MethodJob.DefaultMemoryBudget)
        {
            context.Plan?.Invoke(string.Create(
                CultureInfo.InvariantCulture,
                $"Plan: {(long)train.Count * targets.Count:N0} scores, {bytes:N0} of {context.MemoryBudget:N0} bytes of memory."));
        }

        AttributionMatrix matrix = method.Score(inquiry.View, train, targets, context);
        return new Attribution(TopAttribution.Of(matrix, _options.Top), matrix);
    }
}

/// <summary>Settings of <see cref="DataLens"/>.</summary>
internal sealed record DataLensOptions : EnsembleOptions
{
    /// <summary>Training examples to keep per target and direction.</summary>
    [Range(1, 100_000)]
    public int Top { get; init; } = 10;

    /// <summary>Keep the strongest scores only, streamed: for millions of examples.</summary>
    public bool TopOnly { get; init; }

    /// <summary>Keep every score, or say why they don't fit into memory.</summary>
    public bool All { get; init; }
}

/// <summary>
/// What the Data lens answers: the strongest training examples of each target, and all scores where they fit into memory.
/// </summary>
/// <param name="Strongest">The strongest of both signs.</param>
/// <param name="All">Every score; null when they were streamed.</param>
public sealed record Attribution(TopAttribution Strongest, AttributionMatrix? All);
