using System.Globalization;
using System.Reflection;
using Tessar.Examples;

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
    private static readonly SortedDictionary<string, Type> _types = new(StringComparer.Ordinal);

    static TaskCatalog() => Add(typeof(TaskCatalog).Assembly);

    /// <summary>The names, in ordinal order.</summary>
    public static IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
                return [.. _types.Keys];
        }
    }

    /// <summary>Finds the tasks of an assembly too; the same one may be added again.</summary>
    /// <exception cref="ArgumentException">It names a task that there is already, or a marked class can't be used.</exception>
    public static void Add(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        (string Name, Type Type)[] found =
        [
            .. assembly.GetTypes().Select(type => (type.GetCustomAttribute<TaskAttribute>()?.Name, Type: type))
                .Where(one => one.Name is not null).Select(one => (one.Name!, one.Type)),
        ];
        lock (_lock)
        {
            foreach ((string name, Type type) in found)
            {
                if (!type.IsAssignableTo(typeof(ITask)) || type.GetConstructor([typeof(TaskSetup)]) is null)
                    throw new ArgumentException(
                        $"{type} is marked as the task {name}, but a task implements {nameof(ITask)} and has a public "
                            + $"constructor that takes a {nameof(TaskSetup)}.", nameof(assembly));
                if (!_types.TryAdd(name, type) && _types[name] != type)
                    throw new ArgumentException($"Two tasks are called {name}: {_types[name]} and {type}.", nameof(assembly));
            }
        }
    }

    /// <summary>What keeps a name from being one of a task, as a sentence; null when nothing does.</summary>
    public static string? Objection(string name) => Names.Contains(name, StringComparer.Ordinal)
        ? null
        : $"There is no task `{name}`.{NearestName.Hint(name, Names)} There are {string.Join(", ", Names)}.";

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
        Type? type;
        lock (_lock)
            _types.TryGetValue(name ?? Usual, out type);
        return type is null
            ? throw new TessarException(
                $"{Objection(name ?? Usual)} One of your own is found where its assembly is named.", ErrorKind.InputData)
            : (ITask)Activator.CreateInstance(
                type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.DoNotWrapExceptions, binder: null, [setup],
                CultureInfo.InvariantCulture)!;
    }
}
