using System.CommandLine;
using Tessar.Cli.Parsing;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>
/// Asks a lens: its verb, settings, help, completion and `--json` come from the lens itself, what it looks like from its
/// renderer.
/// </summary>
internal sealed class LensCommand : TessarCommand
{
    private readonly LensDescription _lens;
    private readonly KnownMethods _known;
    private readonly LensRenderer _renderer;
    private readonly Argument<string> _runs;
    private readonly Option<string> _targets;
    private readonly Setting<string> _method;
    private readonly Setting<string> _train;
    private readonly Setting<long> _memory;
    private readonly LensSettings _settings;

    public LensCommand(LensDescription lens, KnownMethods known)
        : base(lens.Verb, Sentence(lens), CommandTable.LensGroup)
    {
        (_lens, _known, _renderer) = (lens, known, LensRenderer.Of(lens.Name));
        string usual = lens.Own.DefaultMethod.Length > 0
            ? lens.Own.DefaultMethod
            : lens.Methods is [var first, ..] ? first.Name : $"{lens.Name}/METHOD";
        _runs = AddArgument(
            "RUN[,RUN…]", "one run, or several of the same program whose scores are averaged", RunCompletion.Names);
        _targets = Add(new Option<string>("--targets")
        {
            Description = "The predictions to explain, both ends included",
            HelpName = "SPLIT:FROM-TO",
            Required = lens.NeedsTargets
        });
        _method = Add(Asking.MethodSetting(lens.Verb, known, usual, _renderer.MethodHelp));
        _train = Add(Asking.TrainSetting(lens.Verb));
        _settings = new LensSettings(this, lens);
        _memory = Add(Setting.Size(
            $"{lens.Verb}.memory", "--memory", "SIZE", _renderer.MemoryHelp, MethodJob.DefaultMemoryBudget, "2GiB"));
        _renderer.AddTo(this);
        AddAcceptChangedModel();
        AddSet($"An option of the method; see `{CommandLine.ProgramName} methods NAME`");
        foreach ((string line, string meaning) in _renderer.ExamplesOf(lens, usual))
            AddExample(line, meaning);
    }

    public override Type Result => _renderer.Result;

    public override bool PassesKeysToMethod => true;

    public override IEnumerable<MethodDescription> Methods() => Asking.Of(_known, _lens.Name);

    public TOption AddOption<TOption>(TOption option)
        where TOption : Option => Add(option);

    public void WriteTo(OutputOption output) => AddOutput(output);

    public void MeaningfulOnlyWith(Option option, Option other) => OnlyWith(option, other);

    protected override int Execute(Invocation call)
    {
        Action<Inquiry, MethodResult> print = _renderer.Prepare(call, _lens);
        MethodJob job = Asking.Job(
            call, _lens.Name, call.Value(_method), call.Value(_runs),
            [.. _settings.Values(call), .. _renderer.Settings(call)]) with
        {
            Train = call.Given(_train),
            Targets = call.Value(_targets),
            MemoryBudget = call.Value(_memory),
        };
        return Asking.Run(call, job, print);
    }

    // Summaries are sentences; the list of commands has none of their full stops.
    private static string Sentence(LensDescription lens) =>
        (lens.Own.Summary is { Length: > 0 } summary ? summary : lens.Question).TrimEnd('.');
}
