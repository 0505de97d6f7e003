using System.Reflection;
using System.Runtime.CompilerServices;

namespace Tessar.Named;

/// <summary>
/// The classes of an assembly that carry a name. Each assembly is looked through once, however many kinds are asked for.
/// </summary>
internal sealed class MarkedTypes
{
    private static readonly ConditionalWeakTable<Assembly, MarkedTypes> _known = new();

    private MarkedTypes(Assembly assembly)
    {
        Comments = DocumentationComments.Of(assembly);
        All =
        [
            .. assembly.GetTypes().SelectMany(type => type.GetCustomAttributes(typeof(INamed), inherit: false)
                .Cast<INamed>().Select(mark => (type, mark))),
        ];
    }

    /// <summary>The classes with their marks, one entry for each mark.</summary>
    public IReadOnlyList<(Type Type, INamed Mark)> All { get; }

    /// <summary>What the assembly says of its classes.</summary>
    public DocumentationComments Comments { get; }

    /// <summary>Those of an assembly.</summary>
    public static MarkedTypes Of(Assembly assembly) => _known.GetValue(assembly, one => new MarkedTypes(one));
}
