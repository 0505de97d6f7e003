using System.CommandLine;
using Tessar.Cli.Parsing;
using Tessar.Examples;
using Tessar.Methods;
using Tessar.Native;
using Tessar.Runs;

namespace Tessar.Cli.Commands;

/// <summary>The runs, data and method that a command of the Data lens works on.</summary>
internal sealed class Attributing : IDisposable
{
    private readonly IReadOnlyDictionary<string, string> settings;

    private Attributing(Invocation call, RunView view, ExampleStore store, MethodDescription method, IReadOnlyDictionary<string, string> settings)
    {
        (View, Store, Method, this.settings) = (view, store, method, settings);
        Labels = view.Run.OpenLabels(store);
        Context = new MethodContext { Cancellation = call.Cancellation, Warn = call.Remark };
    }

    public RunView View { get; }

    public Run Run => View.Run;

    public ExampleStore Store { get; }

    /// <summary>The labels that were changed on purpose for the run, or null.</summary>
    public LabelOverlay? Labels { get; }

    public MethodDescription Method { get; }

    public MethodContext Context { get; }

    /// <summary>The method's options with their defaults, as they would be typed.</summary>
    public IReadOnlyDictionary<string, string> Options => Method.Effective(settings);

    /// <summary>Opens everything; refuses unknown runs, methods and options before anything expensive starts.</summary>
    /// <param name="call">The invocation.</param>
    /// <param name="runs">Names or paths, separated by commas.</param>
    /// <param name="method">Name of the method.</param>
    public static Attributing Open(Invocation call, string runs, string method)
    {
        var chosen = new Dictionary<string, string>(call.MethodOptions(method), StringComparer.Ordinal);
        MethodDescription description = MethodsCommand.Catalog().Find(method);
        if (call.IsSeedGiven && description.Options.Any(option => option.Name == "seed"))
            chosen.TryAdd("seed", call.Seed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        description.Create(chosen);
        Run[] opened = [.. runs.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(name => Run.Open(RunCatalog.Resolve(name, call.Runs)))];
        if (opened.Length == 0)
            throw new TessarException($"`{runs}` names no run. See `{CommandLine.ProgramName} runs`.", ErrorKind.Usage);
        var view = new RunView(opened);
        TorchThreads.Set(call.Threads);
        return new Attributing(call, view, view.Run.OpenExamples(), description, chosen);
    }

    /// <summary>Examples with the labels the run was trained on.</summary>
    public ExampleSet Examples(string range) => ExampleSet.Parse(Store, range, Labels);

    /// <summary>The run's own training examples, or a part of them.</summary>
    public ExampleSet TrainExamples(string? range) => Examples(range ?? Run.Record.Program.Data.Train);

    /// <summary>A fresh instance: methods count what they do.</summary>
    public IAttributionMethod CreateMethod() => MethodsCommand.Catalog().CreateAttribution(Method.Name, settings);

    public void Dispose() => Store.Dispose();

    /// <summary>The option `--method` of a command.</summary>
    public static Setting<string> MethodSetting(string command) =>
        Setting.Text($"{command}.method", "--method", "METHOD", "How to attribute", "data/trak", () => MethodsCommand.Catalog().Methods.Select(method => method.Name));

    /// <summary>The option `--train` of a command.</summary>
    public static Setting<string> TrainSetting(string command) =>
        Setting.Text($"{command}.train", "--train", "SPLIT:FROM-TO", "Training examples to look at (default those the run was trained on)");
}
