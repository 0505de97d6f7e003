using Tessar.Lenses.Data.Search;
using Tessar.Methods;

namespace Tessar.Tests.Data.Search;

public sealed class SearchPlanTests
{
    private static readonly SearchShape _shape = new(100_000, 64, IsHalf: true, Checkpoints: 2, Queries: 40, Top: 10);

    [Fact]
    public void Plan_says_bytes_and_a_time()
    {
        SearchPlan plan = SearchPlan.For(_shape, 2, new MethodContext());
        Assert.Equal(100_000L * 64 * 2 * 2, plan.BytesRead);
        Assert.Equal(_shape.BytesOf(plan.BlockRows, 2), plan.BytesMemory);
        Assert.True(plan.Seconds > 0 && double.IsFinite(plan.Seconds));
        Assert.Contains(
            "the 10 strongest of 100,000 examples, both signs, for 40 targets over 2 checkpoints: 25,600,000 bytes",
            plan.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Smaller_budget_means_smaller_blocks_then_fewer_threads_then_an_error()
    {
        SearchPlan large = SearchPlan.For(_shape, 2, new MethodContext());
        SearchPlan blocks = SearchPlan.For(_shape, 2, new MethodContext { MemoryBudget = large.BytesMemory - 1 });
        Assert.True(blocks.BlockRows < large.BlockRows && blocks.Threads == 2 && blocks.BytesMemory < large.BytesMemory);
        SearchPlan thread = SearchPlan.For(_shape, 2, new MethodContext { MemoryBudget = _shape.BytesOf(60, 1) });
        Assert.Equal((60, 1), (thread.BlockRows, thread.Threads));
        TessarException e = Assert.Throws<TessarException>(() =>
            SearchPlan.For(_shape, 2, new MethodContext { MemoryBudget = _shape.BytesOf(60, 1) - 1 }));
        Assert.Equal(ErrorKind.Environment, e.Kind);
        Assert.Contains(new Remedy(RemedyKind.ChangeArgument, "memory"), e.Remedies);
    }
}
