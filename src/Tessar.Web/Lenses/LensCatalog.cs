using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Tessar.Methods;
using Tessar.Results;
using Tessar.Runs;
using Tessar.Web.Jobs;
using Tessar.Web.Recorded;

namespace Tessar.Web.Lenses;

/// <summary>The lenses of the program's catalogue, described by themselves, with their views where there are some.</summary>
internal sealed class LensCatalog
{
    private readonly RunsFolder _runs;
    private readonly bool _hasJobs;
    private readonly Dictionary<string, ILensView> _views;

    /// <param name="methods">The methods the program knows.</param>
    /// <param name="runs">Where runs lie.</param>
    /// <param name="assemblies">Where views are looked for.</param>
    /// <param name="services">What their constructors are given.</param>
    public LensCatalog(MethodCatalog methods, RunsFolder runs, IEnumerable<Assembly> assemblies, IServiceProvider services)
    {
        (Methods, _runs, _hasJobs) = (methods, runs, services.GetRequiredService<JobQueue>().IsAvailable);
        _views = assemblies.SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false } && type.IsAssignableTo(typeof(ILensView)))
            .Select(type => (ILensView)ActivatorUtilities.CreateInstance(services, type))
            .ToDictionary(view => view.Lens, StringComparer.Ordinal);
    }

    /// <summary>The methods the program knows.</summary>
    public MethodCatalog Methods { get; }

    /// <summary>Names of the lenses, in order.</summary>
    public IEnumerable<string> Lenses => Methods.Lenses.Select(lens => lens.Name)
        .Union(Methods.Methods.Select(method => LensOf(method.Name)), StringComparer.Ordinal).Order(StringComparer.Ordinal);

    /// <summary>The part of a method's name before the slash.</summary>
    public static string LensOf(string method) => method.Split('/', 2)[0];

    /// <summary>What a lens says of itself; null when nothing with a verb and a question is known by that name.</summary>
    public LensDescription? Find(string lens) => Methods.Lenses.FirstOrDefault(known => known.Name == lens);

    /// <summary>
    /// Whether a method can be made a job: there are jobs, it is known here and answers its lens's own question.
    /// </summary>
    public bool CanCompute(string method) =>
        _hasJobs && Find(LensOf(method)) is { } lens && lens.Methods.FirstOrDefault(known => known.Name == method) is { } found
        && (lens.Own.Contract is not { } contract || found.Type.IsAssignableTo(contract));

    /// <summary>
    /// The words after the program's name that compute a method for a run; null for a lens that can't be asked so.
    /// </summary>
    /// <param name="run">The run's name.</param>
    /// <param name="method">The method's name.</param>
    /// <param name="targets">
    /// What it is to answer for, such as <c>test:0-99</c>; a lens that is asked about the run as a whole takes none.
    /// </param>
    public IReadOnlyList<string>? WordsOf(string run, string method, string? targets) =>
        Find(LensOf(method)) is not { } lens ? null
        : lens.NeedsTargets && targets is not null ? [lens.Verb, run, "--method", method, "--targets", targets]
        : [lens.Verb, run, "--method", method];

    /// <summary>The results a run has, by all lenses; of a lens without a view those that answer its own question.</summary>
    public IEnumerable<RecordedResult> ResultsOf(Run run) =>
    [
        .. _views.Values.SelectMany(view => view.ResultsOf(run)),
        .. ResultCatalog.Of(run)
            .Where(result => result.Folder is not null && result.Question == result.Lens && !_views.ContainsKey(result.Lens))
            .Select(RecordedResult.Of),
    ];

    /// <summary>
    /// The command to type that computes a result, or computes it anew; of a lens without a verb, the one that explains the
    /// method.
    /// </summary>
    public string Command(Run run, string method, string? targets = null) => _runs.Command(
        WordsOf(run.Name, method, targets ?? run.Record.Program.Data.Test) is { } words
            ? string.Join(' ', words)
            : $"methods {method}");

    /// <summary>A command of the program, as it is typed.</summary>
    public string Command(string words) => _runs.Command(words);
}
