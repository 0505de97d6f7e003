using Tessar.Gradients.Projections;
using Tessar.Lenses.Data.Kernels;

namespace Tessar.Tests.Data.Kernels;

public sealed class LandmarkPlanTests
{
    // 2·(100 + 10)·10·7 for products, 4·100·10² for factor and Gram matrix, 2·10³ for inverses; 10·(4·7 + 24·10) bytes.
    [Fact]
    public void Costs_are_those_of_products_factor_and_solve()
    {
        var plan = new LandmarkPlan(100, 7, 10, Budget: 2_680);
        Assert.Equal(15_400 + 40_000 + 2_000, plan.Operations);
        Assert.Equal(2_680, plan.Bytes);
        Assert.True(plan.IsCheap(1));
        Assert.False((plan with { Budget = 2_679 }).IsCheap(1));
        Assert.False((plan with { Train = 9 }).IsCheap(1));
        Assert.False(plan.IsCheap(1_000_000_000));
    }
}
