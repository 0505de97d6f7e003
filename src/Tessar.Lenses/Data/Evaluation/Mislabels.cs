using System.Diagnostics;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Methods;

namespace Tessar.Lenses.Data.Evaluation;

/// <summary>Ranks training examples by suspicion; with planted errors, says how many it finds.</summary>
/// <remarks>Answers with a <see cref="MislabelsAnswer"/>; the arrays hold the whole ranking.</remarks>
[Question("data/mislabels", DefaultMethod = "data/trak")]
internal sealed class Mislabels(MislabelsOptions options) : IQuestion
{
    private readonly MislabelsOptions _options = options.Checked();

    /// <inheritdoc/>
    public Type Contract => typeof(IAttributionMethod);

    /// <inheritdoc/>
    public MethodAnswer Ask(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        inquiry.UseEnsemble(_options.Ensemble);
        ExampleSet train = inquiry.Train();
        long start = Stopwatch.GetTimestamp();
        float[] suspicion = inquiry.CreateMethod<IAttributionMethod>().SelfInfluence(inquiry.View, train, inquiry.Context);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        MislabelsAnswer answer = MislabelsAnswer.Of(
            inquiry.Run.Name, inquiry.Method.Name, train, suspicion, _options.Top, inquiry.Seed) with
        {
            Seconds = seconds,
            Ensemble = _options.Ensemble,
            Options = inquiry.Options,
        };
        return new MethodAnswer
        {
            Value = answer,
            Payload = JsonSerializer.SerializeToElement(answer, EvaluationJson.Printing.MislabelsAnswer),
            // Indices of all examples, most suspicious first, and the suspicion of each in order of index.
            Arrays = writer =>
            {
                writer.Add("ranking", MislabelsAnswer.RankingOf(suspicion), suspicion.Length);
                writer.Add("suspicion", suspicion, suspicion.Length);
            },
            Train = answer.Train,
        };
    }
}
