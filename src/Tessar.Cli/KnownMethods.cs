using Tessar.Methods;
using Tessar.Tasks;

namespace Tessar.Cli;

/// <summary>
/// The catalogue of this program and of the user's own assemblies: made once, at the door, and handed on. Tasks of these
/// assemblies are known from then on, too.
/// </summary>
/// <remarks>
/// Assemblies that can't be used are an error of the commands that ask the catalogue, not of `tessar runs` or `--help`.
/// </remarks>
internal sealed class KnownMethods
{
    /// <summary>Names assemblies that hold methods of the user's own, separated as paths are.</summary>
    public const string Variable = "TESSAR_METHODS";

    private static readonly System.Reflection.Assembly _ours = typeof(Tessar.Lenses.Data.Trak).Assembly;

    private readonly MethodCatalog _catalog;
    private readonly TessarException? _problem;

    private KnownMethods(MethodCatalog catalog, TessarException? problem) => (_catalog, _problem) = (catalog, problem);

    /// <summary>All of it.</summary>
    /// <exception cref="TessarException">An assembly can't be used, or names a method that there is already.</exception>
    public MethodCatalog Catalog =>
        _problem is null ? _catalog : throw new TessarException(_problem.Message, _problem.Kind, _problem);

    /// <summary>
    /// The lenses whose verbs are commands: those of this program only when the user's assemblies can't be used.
    /// </summary>
    public IReadOnlyList<LensDescription> Lenses => _catalog.Lenses;

    /// <summary>What can be asked, in order of the names; the same holds.</summary>
    public IReadOnlyCollection<QuestionDescription> Questions => _catalog.Questions;

    /// <summary>Looks at this program and at what the environment names.</summary>
    public static KnownMethods OfEnvironment()
    {
        string[] own = (Environment.GetEnvironmentVariable(Variable) ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (own.Length == 0)
            return new KnownMethods(OursAlone(), null);
        try
        {
            System.Reflection.Assembly[] opened = [.. own.Select(MethodAssembly.Open)];
            Array.ForEach(opened, TaskCatalog.Add);
            var catalog = new MethodCatalog([_ours, .. opened]);
            // Building a question tells whether it asks methods: one that can't be built must not end every command.
            foreach (QuestionDescription question in catalog.Questions)
                _ = question.Contract;
            return new KnownMethods(catalog, null);
        }
        catch (System.Reflection.TargetInvocationException e)
        {
            return new KnownMethods(
                OursAlone(),
                new TessarException(
                    $"{Variable}: a question can't be built with its defaults: {e.InnerException?.Message}",
                    ErrorKind.InputData, e));
        }
        catch (ArgumentException e)
        {
            return new KnownMethods(
                OursAlone(),
                new TessarException(
                    $"{Variable}: {e.Message.Split(" (Parameter", 2)[0]} Rename one of them.", ErrorKind.InputData, e));
        }
        catch (TessarException e)
        {
            return new KnownMethods(OursAlone(), e);
        }
    }

    /// <summary>The same beside commands that are there already, whose names no question can have.</summary>
    /// <param name="commands">Their names.</param>
    public KnownMethods Beside(IReadOnlyCollection<string> commands)
    {
        QuestionDescription? taken = Questions.FirstOrDefault(question =>
            commands.Contains(question.Verb.Split(' ')[0], StringComparer.Ordinal));
        return taken is null ? this : new KnownMethods(
            OursAlone(),
            new TessarException(
                $"{Variable}: `{taken.Name}` would be asked by `{taken.Verb}`, but `{taken.Verb.Split(' ')[0]}` is a command of "
                    + "Tessar. Give it another verb.", ErrorKind.InputData));
    }

    private static MethodCatalog OursAlone() => new(_ours);
}
