using System.Reflection;
using Tessar.Examples;
using Tessar.Named;

namespace Tessar.Tasks;

/// <summary>The tasks there are, found by their mark.</summary>
/// <remarks>
/// Those of this assembly, and of what was added where the program starts. One for the whole process: a run is opened by its
/// record alone, from wherever in the program.
/// </remarks>
internal static class TaskCatalog
{
    /// <summary>The task of a program that names none.</summary>
    public const string Usual = "classification";

    private static readonly Lock _lock = new();
    private static Assembly[] _assemblies = [typeof(TaskCatalog).Assembly];
    private static volatile Choices<ITask, TaskAttribute> _choices = Found(_assemblies);

    /// <summary>The names, in ordinal order.</summary>
    public static IReadOnlyCollection<string> Names => _choices.Names;

    /// <summary>Finds the tasks of an assembly too; the same one may be added again.</summary>
    /// <exception cref="ArgumentException">It names a task that there is already, or a marked class isn't one.</exception>
    public static void Add(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        lock (_lock)
        {
            if (_assemblies.Contains(assembly))
                return;
            Assembly[] all = [.. _assemblies, assembly];
            _choices = Found(all);
            _assemblies = all;
        }
    }

    /// <summary>What keeps a name from being one of a task, as sentences; null when nothing does.</summary>
    public static string? Objection(string name) => _choices.Has(name) ? null : _choices.Refusal(name);

    /// <summary>The task of a new run.</summary>
    /// <param name="name">Its name; null for the usual one.</param>
    /// <param name="store">The data.</param>
    /// <exception cref="TessarException">There is none of that name.</exception>
    public static ITask Of(string? name, ExampleStore store) => Create(name, new TaskSetup { Store = store });

    /// <summary>The task of a recorded run.</summary>
    /// <param name="name">Its name; null for the usual one.</param>
    /// <param name="outputs">Names of the outputs.</param>
    /// <exception cref="TessarException">There is none of that name.</exception>
    public static ITask Of(string? name, IReadOnlyList<string> outputs) => Create(name, new TaskSetup { Outputs = outputs });

    private static ITask Create(string? name, TaskSetup setup)
    {
        Choices<ITask, TaskAttribute> choices = _choices;
        return choices.Has(name ?? Usual)
            ? choices.Create(name ?? Usual, setup)
            : throw choices.Unknown(name ?? Usual, ErrorKind.InputData);
    }

    private static Choices<ITask, TaskAttribute> Found(Assembly[] assemblies) => new("task", assemblies)
    {
        Advice = "One of your own is found where its assembly is named.",
    };
}
