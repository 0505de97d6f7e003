using System.Diagnostics;
using System.Text.Json;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Runs;
using Tessar.Tensors;

namespace Tessar.Lenses.Data.Comparison;

/// <summary>
/// Says how two recipes differ in the training data they use: directions, their examples, a counterfactual check.
/// </summary>
/// <remarks>The job's runs are recipe A, those it is held against recipe B. Answers with a <see cref="CompareAnswer"/>.</remarks>
[Question(
    "data/compare", Verb = "compare", DefaultMethod = "data/trak",
    Runs = "a run of one recipe, or several separated by commas",
    Against = "a run of the other recipe, on the same examples in the same order",
    Targets = "The predictions to compare on, of RUN_A's data (default its first 500 test examples)")]
internal sealed class CompareRecipes(CompareOptions options) : IQuestion
{
    private const int UsualTargets = 500;

    private readonly CompareOptions _options = options.Checked();

    /// <inheritdoc/>
    public Type Contract => typeof(IAttributionMethod);

    /// <inheritdoc/>
    public MethodAnswer Ask(Inquiry inquiry)
    {
        ArgumentNullException.ThrowIfNull(inquiry);
        var watch = Stopwatch.StartNew();
        Inquiry a = inquiry, b = inquiry.Against!; // required
        (ExampleSet trainA, ExampleSet trainB) = (a.Train(), b.Train());
        if (trainA.Count != trainB.Count)
        {
            throw new TessarException(
                $"{a.Run.Name} was trained on {trainA} and {b.Run.Name} on {trainB}: recipes are compared on the same examples "
                    + $"in the same order. "
                + "Choose a common range of training examples.", ErrorKind.Usage);
        }

        ExampleSet queries = a.Targets(UsualTargets);
        RecipeModels modelsA = RecipeModels.Of(a, inquiry.Seed, _options.Models), modelsB = RecipeModels.Of(
            b, inquiry.Seed, _options.Models);
        using RecipeScores scoresA = modelsA.Score(a, trainA, queries);
        using RecipeScores scoresB = modelsB.Score(b, trainB, queries);
        var settings = new ModelDiffOptions
        {
            Directions = _options.Directions,
            Level = _options.Level,
            Seed = inquiry.Seed,
            NormalizesRows = !_options.RawRows
        };
        RecipeDifference difference = ModelDiff.Compare(scoresA, scoresB, settings, inquiry.Context.Cancellation);
        CompareAnswer answer = CompareAnswer.Of(
            difference, (a, scoresA.Models), (b, scoresB.Models), trainA, queries, _options.Top, settings.Level) with
        {
            Check = Check(inquiry, modelsA, modelsB, queries),
            SecondsTraining = modelsA.SecondsTraining + modelsB.SecondsTraining,
            Seconds = watch.Elapsed.TotalSeconds,
        };
        return new MethodAnswer
        {
            Value = answer,
            Payload = JsonSerializer.SerializeToElement(answer, ComparisonJson.Printing.CompareAnswer),
            Arrays = difference.OfA.Count + difference.OfB.Count > 0 ? writer => Write(writer, difference) : null,
            Train = answer.Train,
            Targets = answer.Targets,
        };
    }

    private PatchCheckAnswer? Check(Inquiry inquiry, RecipeModels a, RecipeModels b, ExampleSet queries)
    {
        if (_options.Patch is not { } text)
            return null;
        ImageShape image = queries.Store.Image;
        var put = Patch.Parse(text, image);
        int? ofClass = _options.PatchClass is { } name ? ClassOf(queries.Store, name) : null;
        Func<int, Patch> there = _ => put, anywhere = i =>
            put.MovedAtRandom(image, new RandomStream(inquiry.Seed, "random patch", i));
        return PatchCheckAnswer.Of(
            put.ToString(), _options.PatchClass, _options.Delta, _options.Epsilon,
            new PatchEffects(
                PatchEffect.Summary(Effects(a, there), inquiry.Seed), PatchEffect.Summary(Effects(b, there), inquiry.Seed),
                PatchEffect.Summary(Effects(a, anywhere), inquiry.Seed).Mean,
                PatchEffect.Summary(Effects(b, anywhere), inquiry.Seed).Mean));

        double[] Effects(RecipeModels recipe, Func<int, Patch> where) =>
            [.. recipe.Checkpoints.Select(checkpoint =>
                PatchEffect.Of(checkpoint, queries, where, ofClass, inquiry.Context.Cancellation))];
    }

    private static int ClassOf(ExampleStore store, string name)
    {
        int index = store.ClassNames.ToList().FindIndex(known => string.Equals(known, name, StringComparison.OrdinalIgnoreCase));
        return index >= 0 ? index : throw new TessarException(
            UnknownName.Text("class", name, store.ClassNames, $"in {store.Path}"), ErrorKind.Usage);
    }

    // The directions of A and B as f32 [directions, train examples] and their projections [directions, queries].
    private static void Write(SafetensorsWriter writer, RecipeDifference difference)
    {
        Add(writer, "A", difference.OfA);
        Add(writer, "B", difference.OfB);
    }

    private static void Add(SafetensorsWriter writer, string recipe, IReadOnlyList<RecipeDirection> directions)
    {
        if (directions.Count == 0)
            return;
        writer.Add(
            $"directions{recipe}", directions.SelectMany(d => d.Loadings.Select(v => (float)v)).ToArray(), directions.Count,
            directions[0].Loadings.Count);
        writer.Add(
            $"projections{recipe}", directions.SelectMany(d => d.Projections.Select(v => (float)v)).ToArray(), directions.Count,
            directions[0].Projections.Count);
    }
}
