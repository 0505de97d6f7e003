using System.Diagnostics;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Lenses.Data.Transfer;

/// <summary>
/// Says which classes of a run's data help or hurt when its program is transferred to another task.
/// </summary>
/// <remarks>Answers with a <see cref="TransferAnswer"/>; the arrays hold every target.</remarks>
[Question(
    "data/transfer", Verb = "transfer", TakesOneRun = true, TakesTrain = false,
    Runs = "a run whose program and data are the source")]
internal sealed class TransferInfluences(TransferOptions options) : IQuestion
{
    private readonly TransferOptions _options = options.Checked();

    /// <inheritdoc/>
    public Type? Contract => null;

    /// <inheritdoc/>
    public MethodAnswer Ask(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        var watch = Stopwatch.StartNew();
        Run source = inquiry.Run;
        string target = _options.Target!; // required
        using ExampleStore targetStore = DataCatalog.Open(target);
        if (source.Record.Program.Input.MisfitOf(targetStore) is { } misfit)
            throw misfit;

        ExampleSet learned = ExampleSet.Parse(targetStore, _options.TargetTrain), asked = ExampleSet.Parse(
            targetStore, _options.TargetTest);
        var sources = new SourceModels(inquiry, new TargetTask(learned, asked, _options.Output, _options.Penalty));
        int size = Math.Clamp(
            (int)Math.Round(_options.Share * sources.Classes.Count, MidpointRounding.AwayFromZero), 1, sources.Classes.Count - 1);
        bool[][] sets = [.. Enumerable.Range(0, _options.Models).Select(m => sources.RandomSet(size, "transfer", m))];
        var tally = new TransferTally(sources.Classes.Count, asked.Count);
        (double[] Outputs, double Accuracy)?[] answers = sources.Answers(sets, 1);
        for (int m = 0; m < sets.Length; m++)
        {
            if (answers[m] is { } given)
                tally.Add(sets[m], given.Outputs);
        }

        TransferAnswer answer = TransferAnswer.Of(
            source, target, (learned, asked), MethodOption.Write(_options.Output), size, tally, sources.Classes) with
        {
            ModelsFailed = sets.Length - tally.Models,
            MeanAccuracy = answers.Where(a => a is not null).Average(a => a!.Value.Accuracy),
        };
        int[] ranked = [.. answer.Classes.OrderByDescending(c => c.Influence ?? double.NegativeInfinity).Select(c => c.Index)];
        answer = answer with
        {
            Removal = Removal(sources, ranked),
            SecondsTraining = sources.SecondsTraining,
            Seconds = watch.Elapsed.TotalSeconds
        };
        if (answer.Classes.Any(c => c.Influence is null))
            inquiry.Remark("Some classes were in every model or in none; they have no influence. Use more models.");
        return new MethodAnswer
        {
            Value = answer,
            Payload = JsonSerializer.SerializeToElement(answer, TransferJson.Printing.TransferAnswer),
            Arrays = writer => Write(writer, tally, answer.Classes.Count, asked.Count),
            Train = source.Record.Program.Data.Train,
        };
    }

    // Accuracy on the target when the k worst, best or random classes are left out of the source.
    private TransferRemovalPoint[] Removal(SourceModels sources, int[] ranked)
    {
        int most = Math.Min(_options.Removed, sources.Classes.Count - 1), repeats = _options.Seeds;
        if (most == 0)
            return [];
        List<bool[]> worst = [.. Enumerable.Range(0, most + 1).Select(k => sources.Without(ranked.TakeLast(k)))];
        List<bool[]> best = [.. Enumerable.Range(1, most).Select(k => sources.Without(ranked.Take(k)))];
        bool[][] random = [.. Enumerable.Range(1, most)
            .SelectMany(k =>
                Enumerable.Range(0, repeats).Select(r => sources.RandomSet(sources.Classes.Count - k, "random removal", r)))];
        double[][] systematic = [.. sources.Answers([.. worst, .. best], repeats).Chunk(repeats).Select(Accuracies)];
        double[][] byChance = [.. sources.Answers(random, 1).Chunk(repeats).Select(Accuracies)];
        return [.. Enumerable.Range(0, most + 1).Select(k => new TransferRemovalPoint
        {
            Removed = k,
            WorstRemoved = TransferAccuracy.Of(systematic[k]),
            BestRemoved = TransferAccuracy.Of(k == 0 ? systematic[0] : systematic[most + k]),
            RandomRemoved = TransferAccuracy.Of(k == 0 ? systematic[0] : byChance[k - 1]),
        })];

        static double[] Accuracies((double[] Outputs, double Accuracy)?[] answers) =>
            [.. answers.Where(a => a is not null).Select(a => a!.Value.Accuracy)];
    }

    // Influence and standard error of every class on every target, f64 [source classes, targets], NaN where unknown.
    private static void Write(SafetensorsWriter writer, TransferTally tally, int classes, int targets)
    {
        ClassInfluence[] all = [.. Enumerable.Range(0, classes)
            .SelectMany(c => Enumerable.Range(0, targets).Select(t => tally.Of(c, t)))];
        writer.Add("influence", all.Select(i => i.Value).ToArray(), classes, targets);
        writer.Add("standardError", all.Select(i => i.StandardError).ToArray(), classes, targets);
    }
}
