using System.Reflection;

namespace Tessar.Tests.Architecture;

public sealed class TypeNameTests
{
    private static readonly string[] _assemblies = ["Tessar", "Tessar.Training", "Tessar.Lenses", "Tessar.Web", "Tessar.Cli"];

    [Fact]
    public void No_two_types_have_one_name()
    {
        IEnumerable<string> twice = _assemblies.Select(Assembly.Load).SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.IsNested && type.Namespace?.StartsWith("Tessar", StringComparison.Ordinal) == true
                && !type.Name.Contains('<', StringComparison.Ordinal))
            .GroupBy(type => type.Name.Split('`')[0], StringComparer.Ordinal)
            .Where(group => group.Select(type => type.Namespace).Distinct(StringComparer.Ordinal).Count() > 1)
            .Select(group => string.Join(" and ", group.Select(type => type.FullName)));
        Assert.Empty(twice);
    }
}
