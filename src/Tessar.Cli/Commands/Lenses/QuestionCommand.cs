using System.CommandLine;
using Tessar.Cli.Parsing;
using Tessar.Methods;

namespace Tessar.Cli.Commands.Lenses;

/// <summary>
/// Asks a question, a lens's own or a further one: its verb, settings, help, completion and `--json` come from the question
/// itself, what its answers look like from their renderer.
/// </summary>
internal sealed class QuestionCommand : TessarCommand
{
    private readonly QuestionDescription _question;
    private readonly KnownMethods _known;
    private readonly AnswerRenderer _renderer;
    private readonly Argument<string> _runs;
    private readonly Argument<string>? _against;
    private readonly Option<string>? _needed;
    private readonly Setting<string>? _method;
    private readonly Setting<string>? _train;
    private readonly Setting<string>? _targets;
    private readonly Setting<long>? _memory;
    private readonly QuestionSettings _settings;

    public QuestionCommand(QuestionDescription question, KnownMethods known)
        : base(question.Verb.Split(' ')[^1], Sentence(question, known), CommandTable.LensGroup)
    {
        (_question, _known, _renderer) = (question, known, AnswerRenderer.Of(question.Name));
        QuestionAttribute mark = question.Mark;
        bool compares = mark.Against.Length > 0;
        _runs = AddArgument(
            compares ? "RUN_A" : mark.TakesOneRun ? "RUN" : "RUN[,RUN…]", mark.Runs, RunCompletion.Names);
        _against = compares ? AddArgument("RUN_B", mark.Against, RunCompletion.Names) : null;
        if (question.NeedsTargets)
            _needed = Add(new Option<string>("--targets")
            {
                Description = mark.Targets,
                HelpName = Range,
                Required = true
            });
        string usual = UsualMethod(question, known);
        bool asksMethod = question.Contract is not null;
        _method = asksMethod
            ? Add(Setting.Text(
                $"{Name}.method", "--method", "METHOD", _renderer.MethodHelp, usual,
                () => Methods().Select(method => method.Name)))
            : null;
        _train = mark.TakesTrain
            ? Add(Setting.Text(
                $"{Name}.train", "--train", Range, "Training examples to look at (default those the run was trained on)"))
            : null;
        if (!question.NeedsTargets && mark.Targets.Length > 0)
            _targets = Add(Setting.Text($"{Name}.targets", "--targets", Range, mark.Targets));
        _settings = new QuestionSettings(this, question.Options);
        if (question.IsOfLens)
            _memory = Add(Setting.Size(
                $"{Name}.memory", "--memory", "SIZE", _renderer.MemoryHelp, MethodJob.DefaultMemoryBudget, "2GiB"));
        _renderer.AddTo(this);
        AddAcceptChangedModel();
        string[] keys = [.. _settings.RareKeys(Name)];
        string[] help =
        [
            .. asksMethod ? [$"An option of the method; see `{CommandLine.ProgramName} methods NAME`"] : Array.Empty<string>(),
            .. keys.Length > 0 ? [$"{(asksMethod ? "or " : string.Empty)}{string.Join(" or ", keys)}"] : Array.Empty<string>(),
        ];
        if (help.Length > 0)
            AddSet(string.Join("; ", help));
        foreach ((string line, string meaning) in _renderer.ExamplesOf(question, usual))
            AddExample(line, meaning);
    }

    public override Type Result => _renderer.Result;

    public override bool PassesKeysToMethod => _method is not null;

    private static string Range => "SPLIT:FROM-TO";

    public override IEnumerable<MethodDescription> Methods() =>
        _question.Contract is null ? [] : _known.Catalog.Methods.Where(method => method.Lens == _question.Lens);

    public TOption AddOption<TOption>(TOption option)
        where TOption : Option => Add(option);

    public void WriteTo(OutputOption output) => AddOutput(output);

    public void MeaningfulOnlyWith(Option option, Option other) => OnlyWith(option, other);

    public void MeaningfulIf(OptionCondition condition) => AddCondition(condition);

    /// <summary>
    /// What a question does, for the list of commands: summaries are sentences, the list has none of their full stops.
    /// </summary>
    public static string Sentence(QuestionDescription question, KnownMethods known) =>
        (question.Summary is { Length: > 0 } summary ? summary
            : known.Lenses.FirstOrDefault(lens => lens.Name == question.Name)?.Question ?? $"Asks {question.Name}").TrimEnd('.');

    /// <summary>Whether this command line gives a setting of the question.</summary>
    public bool IsGiven(Invocation call, string option) => _settings.IsGiven(call, option);

    /// <summary>What stands against the runs, as it was typed; empty where nothing is compared.</summary>
    public string Against(Invocation call) => _against is null ? string.Empty : call.Value(_against);

    /// <summary>The runs, as they were typed.</summary>
    public string Runs(Invocation call) => call.Value(_runs);

    protected override int Execute(Invocation call)
    {
        Action<Inquiry, MethodResult> print = _renderer.Prepare(call, this);
        MethodJob job = JobFromCommand.Job(
            call, _question.Name, _method is null ? null : call.Value(_method), Runs(call),
            [.. _settings.Values(call), .. _renderer.Settings(call)]) with
        {
            Against = _against is null ? [] : JobFromCommand.Split(Against(call)),
            Train = _train is null ? null : call.Given(_train),
            Targets = _needed is not null ? call.Value(_needed) : _targets is not null ? call.Given(_targets) : null,
            MemoryBudget = _memory is null ? MethodJob.DefaultMemoryBudget : call.Value(_memory),
        };
        return JobFromCommand.Run(call, job, print);
    }

    private static string UsualMethod(QuestionDescription question, KnownMethods known) =>
        question.DefaultMethod.Length > 0
            ? question.DefaultMethod
            : known.Lenses.FirstOrDefault(lens => lens.Name == question.Lens)?.Methods is [var first, ..]
                ? first.Name
                : $"{question.Lens}/METHOD";
}
