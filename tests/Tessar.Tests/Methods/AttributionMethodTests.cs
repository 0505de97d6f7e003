using System.Reflection;
using Tessar.Examples;
using Tessar.Lenses.Data;
using Tessar.Methods;

namespace Tessar.Tests.Methods;

/// <summary>The contract of attribution methods over the whole catalogue: a new method is tested by existing.</summary>
public sealed class AttributionMethodTests(ContractRun run) : IClassFixture<ContractRun>
{
    private static readonly MethodCatalog _catalog = new(typeof(Trak).Assembly);

    /// <summary>Every method with every clause.</summary>
    public static TheoryData<string, string> Cases => new(
        from method in _catalog.Methods
        where method.Type.IsAssignableTo(typeof(IAttributionMethod))
        from clause in Clauses
        select (method.Name, clause.Name));

    /// <summary>The clauses of the contract.</summary>
    internal static IEnumerable<MethodInfo> Clauses =>
        typeof(AttributionContract).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Keeps_the_contract(string method, string clause) =>
        Clauses.Single(c => c.Name == clause).CreateDelegate<Action>(new AttributionContract(_catalog, method, run))();

    [Fact]
    public void Empty_sets_do_not_exist() => Assert.ThrowsAny<ArgumentException>(() => new ExampleSet(run.Store, "train", 0, 0));
}
