using System.Reflection;
using Tessar.Cli.Json;
using Tessar.Cli.Parsing;
using Tessar.Cli.Terminal;
using Tessar.Methods;
using Tessar.Results;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>
/// What a lens's answers look like on a terminal and in `--json`. This one serves every lens that has none of its own.
/// </summary>
internal class LensRenderer
{
    private static readonly Dictionary<string, Type> _own = typeof(LensRenderer).Assembly.GetTypes()
        .Where(type => type.IsDefined(typeof(RendererOfAttribute), inherit: false))
        .ToDictionary(type => type.GetCustomAttribute<RendererOfAttribute>()!.Lens, StringComparer.Ordinal);

    /// <summary>The record that `--json` prints.</summary>
    public virtual Type Result => typeof(LensJson);

    /// <summary>Help of `--method`.</summary>
    public virtual string MethodHelp => "How to answer";

    /// <summary>Help of `--memory`.</summary>
    public virtual string MemoryHelp => "Memory that large arrays may take together";

    /// <summary>The renderer of a lens.</summary>
    public static LensRenderer Of(string lens) =>
        _own.TryGetValue(lens, out Type? type) ? (LensRenderer)Activator.CreateInstance(type)! : new LensRenderer();

    /// <summary>Adds options that only concern how answers look.</summary>
    public virtual void AddTo(LensCommand command)
    {
    }

    /// <summary>Command lines for the help.</summary>
    public virtual IEnumerable<(string Line, string Meaning)> ExamplesOf(LensDescription lens, string usual)
    {
        string targets = lens.NeedsTargets ? " --targets test:0-9" : string.Empty;
        yield return ($"{lens.Verb} RUN{targets}", $"By {usual}");
        yield return ($"{lens.Verb} RUN{targets} --method {usual} --json", "For a script");
    }

    /// <summary>Settings of the lens that follow from how answers shall look.</summary>
    public virtual IEnumerable<(string Name, object? Value)> Settings(Invocation call) => [];

    /// <summary>Refuses what can't be shown, before anything is computed.</summary>
    /// <returns>Prints what was open and the answer.</returns>
    public virtual Action<Inquiry, MethodResult> Prepare(Invocation call, LensDescription lens) => (_, result) =>
        call.Print(
            LensJson.Of(result.Kept), JsonOutput.Printing.LensJson,
            console => Write(console.Profile.Out.Writer, result.Kept, lens));

    private static void Write(TextWriter output, ResultFolder kept, LensDescription lens)
    {
        ResultDocument document = kept.Document;
        output.WriteLine(lens.Question);
        foreach ((string name, string value) in AnswerText.Lines(document.Payload))
            output.WriteLine($"  {name}: {value}");
        output.WriteLine($"{document.Method} of {string.Join(", ", document.Job.Runs)}, {Quantity.Seconds(document.Seconds)}.");
        foreach (SelfCheck check in document.Checks)
            output.WriteLine(
                $"Check {check.Name}: "
                    + $"{Quantity.Number(check.Value)}{(check.Limit is { } limit ? $", limit {Quantity.Number(limit)}{(check.Holds ? string.Empty : ", exceeded")}" : string.Empty)}. {check.Meaning}");
        foreach (string remark in document.Remarks)
            output.WriteLine(remark);
        output.WriteLine($"Result: {kept.DocumentPath}");
    }
}

/// <summary>Marks the renderer of a lens.</summary>
/// <param name="lens">Name of the lens.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class RendererOfAttribute(string lens) : Attribute
{
    /// <summary>Name of the lens.</summary>
    public string Lens { get; } = lens;
}
