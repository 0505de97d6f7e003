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

    /// <summary>Looks at this program and at what the environment names.</summary>
    public static KnownMethods OfEnvironment()
    {
        string[] own = (Environment.GetEnvironmentVariable(Variable) ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        System.Reflection.Assembly ours = typeof(Tessar.Lenses.Data.Trak).Assembly;
        if (own.Length == 0)
            return new KnownMethods(new MethodCatalog(ours), null);
        try
        {
            System.Reflection.Assembly[] opened = [.. own.Select(MethodAssembly.Open)];
            Array.ForEach(opened, TaskCatalog.Add);
            return new KnownMethods(new MethodCatalog([ours, .. opened]), null);
        }
        catch (ArgumentException e)
        {
            return new KnownMethods(
                new MethodCatalog(ours),
                new TessarException(
                    $"{Variable}: {e.Message.Split(" (Parameter", 2)[0]} Rename one of them.", ErrorKind.InputData, e));
        }
        catch (TessarException e)
        {
            return new KnownMethods(new MethodCatalog(ours), e);
        }
    }
}
