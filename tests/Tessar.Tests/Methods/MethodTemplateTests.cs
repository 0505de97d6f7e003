using System.Reflection;
using Tessar.Lenses.Data;
using Tessar.Methods;

namespace Tessar.Tests.Methods;

/// <summary>What `tessar dev new-method` copies keeps the contract of all methods, so a copy does before it is changed.</summary>
public sealed class MethodTemplateTests(ContractRun run) : IClassFixture<ContractRun>
{
    private static readonly MethodCatalog _catalog = new(typeof(Trak).Assembly, typeof(TemplateMethod).Assembly);

    public static TheoryData<string> Clauses => [.. AttributionMethodTests.Clauses.Select(clause => clause.Name)];

    [Theory]
    [MemberData(nameof(Clauses))]
    public void Keeps_the_contract(string clause) =>
        AttributionMethodTests.Clauses.Single(c => c.Name == clause)
            .CreateDelegate<Action>(new AttributionContract(_catalog, "data/template-method", run))();
}
