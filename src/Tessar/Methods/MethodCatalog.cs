using System.Reflection;

namespace Tessar.Methods;

/// <summary>All methods of some assemblies, found by their mark; command line, JSON and docs are derived from it.</summary>
public sealed class MethodCatalog
{
    private readonly SortedDictionary<string, MethodDescription> _methods = new(StringComparer.Ordinal);

    /// <summary>Finds the methods of assemblies.</summary>
    /// <param name="assemblies">Where to look.</param>
    /// <exception cref="ArgumentException">Two methods have one name.</exception>
    public MethodCatalog(params IEnumerable<Assembly> assemblies)
    {
        ArgumentNullException.ThrowIfNull(assemblies);
        foreach (Assembly assembly in assemblies)
        {
            DocumentationComments comments = DocumentationComments.Of(assembly);
            foreach (Type type in assembly.GetTypes())
            {
                if (type.GetCustomAttribute<MethodAttribute>() is { } mark && !_methods.TryAdd(mark.Name, new MethodDescription(type, mark, comments)))
                    throw new ArgumentException($"Two methods are called {mark.Name}: {_methods[mark.Name].Type} and {type}.", nameof(assemblies));
            }
        }
    }

    /// <summary>The methods in order of their names.</summary>
    public IReadOnlyCollection<MethodDescription> Methods => _methods.Values;

    /// <summary>Finds a method.</summary>
    /// <param name="name"><c>lens/method</c>.</param>
    /// <exception cref="TessarException">There is none of that name; the message names the nearest.</exception>
    public MethodDescription Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _methods.TryGetValue(name, out MethodDescription? method) ? method : throw new TessarException(
            $"There is no method `{name}`.{NearestName.Hint(name, _methods.Keys)}", ErrorKind.Usage) { Remedies = [new(RemedyKind.ListMethods)] };
    }

    /// <summary>Finds a method that attributes predictions to training examples, and builds it.</summary>
    /// <param name="name"><c>lens/method</c>.</param>
    /// <param name="settings">Values by option name.</param>
    /// <exception cref="TessarException">No such method, another kind of method, or settings that aren't allowed.</exception>
    public IAttributionMethod CreateAttribution(string name, IReadOnlyDictionary<string, string> settings) =>
        Find(name).Create(settings) as IAttributionMethod ?? throw new TessarException(
            $"{name} doesn't attribute predictions to training examples. Methods that do: "
            + $"{string.Join(", ", _methods.Values.Where(m => m.Type.IsAssignableTo(typeof(IAttributionMethod))).Select(m => m.Name))}.",
            ErrorKind.Usage);
}
