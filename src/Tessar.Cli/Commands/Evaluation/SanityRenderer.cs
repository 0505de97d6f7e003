using System.Text.Json.Serialization.Metadata;
using Tessar.Cli.Commands.Lenses;
using Tessar.Lenses.Data.Evaluation.Sanity;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Cli.Commands.Evaluation;

/// <summary>What `evaluate sanity` prints for people.</summary>
[RendererOf("data/sanity")]
internal sealed class SanityRenderer : TypedRenderer<SanityAnswer>
{
    protected override JsonTypeInfo<SanityAnswer> Json => SanityJson.Printing.SanityAnswer;

    public override IEnumerable<(string Line, string Meaning)> ExamplesOf(QuestionDescription question, string usual) =>
    [
        ("evaluate sanity first", "TRAK, the default"),
        ("evaluate sanity first --method data/grad-dot --top 5 --json", "Another method, for a script"),
    ];

    protected override SanityAnswer Placed(SanityAnswer answer, ResultFolder kept) => answer with { Result = kept.DocumentPath };

    protected override void Write(Shown where, SanityAnswer result)
    {
        where.Output.WriteLine($"{result.Method} on {result.Run}: {(result.Passes ? "no check fails" : "a check fails")}.");
        foreach (SanityCheck check in result.Checks)
        {
            string verdict = check.Passes switch { true => "pass", false => "FAIL", null => "–" };
            where.Output.WriteLine(
                $"{verdict,-5}{check.Name}{(check.Measured is { } measured ? $": {measured.Text("0.###")}" : string.Empty)}");
            where.Output.WriteLine($"     expected: {check.Expected}");
            if (check.Note is { } note)
                where.Output.WriteLine($"     {note}");
        }

        where.Output.WriteLine($"Result: {result.Result}");
    }
}
