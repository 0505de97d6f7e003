namespace Tessar.Lenses.Data.Datamodels;

/// <summary>Finishes a lasso on the columns whose weight isn't 0, by solving for them instead of sweeping.</summary>
/// <remarks>
/// While signs s stay, the minimum solves (C_AA + λ₂I) Δ = g_A − λ₂w_A − λs. The step goes there, or up to the first weight that
/// reaches 0, which leaves A; every step lowers the objective, so it ends. Coordinate descent is quick while there are fewer
/// weights than models; near M of them C_AA is almost singular, thousands of sweeps become a few steps here. Needs a |A|²/2
/// factor, kept from one penalty to the next. Source: Lee, Battle, Raina, Ng, "Efficient sparse coding algorithms", 2006
/// (feature-sign search).
/// </remarks>
internal sealed class ActiveSystem(MaskColumns columns, double ridge)
{
    private readonly ActiveFactor _factor = new(columns, ridge);
    // The working set's place of each of the factor's columns.
    private readonly List<int> _places = [];
    private double[] _rest = [];
    private double[] _step = [];

    /// <summary>A: the columns of the system.</summary>
    public List<int> Columns => _factor.Members;

    /// <summary>Their places in the working set, in the same order.</summary>
    public IReadOnlyList<int> Places => _places;

    /// <summary>Forgets all columns.</summary>
    public void Clear()
    {
        _factor.Clear();
        _places.Clear();
    }

    /// <summary>
    /// Makes A the columns whose weight isn't 0; of columns that depend on each other, one's weight goes into the others.
    /// </summary>
    /// <param name="members">The working set.</param>
    /// <param name="weights">Its weights; changed only where columns depend on each other.</param>
    public void Match(ReadOnlySpan<int> members, Span<double> weights)
    {
        Span<bool> isIn = new bool[members.Length];
        for (int k = _places.Count - 1; k >= 0; k--)
        {
            if (weights[_places[k]] == 0)
                RemoveAt(k);
            else
                isIn[_places[k]] = true;
        }

        for (int a = 0; a < members.Length; a++)
        {
            while (weights[a] != 0 && !isIn[a])
            {
                if (_factor.Add(members[a]) is { } combination)
                {
                    MoveInto(weights, a, combination);
                    continue;
                }

                _places.Add(a);
                isIn[a] = true;
            }
        }
    }

    /// <summary>Steps to the minimum in the weights of A; those that reach 0 leave it.</summary>
    /// <param name="penalty">λ.</param>
    /// <param name="weights">Of the working set, changed.</param>
    /// <param name="gradients">g of A, in its order.</param>
    public void Descend(double penalty, Span<double> weights, ReadOnlySpan<double> gradients)
    {
        int count = _places.Count;
        if (_rest.Length < count)
            (_rest, _step) = (new double[2 * count], new double[2 * count]);
        for (int k = 0; k < count; k++)
        {
            double w = weights[_places[k]];
            _rest[k] = gradients[k] - ridge * w - Math.CopySign(penalty, w);
        }

        while (count > 0)
        {
            Span<double> step = _step.AsSpan(0, count);
            _rest.AsSpan(0, count).CopyTo(step);
            _factor.Solve(step);
            double share = 1;
            int crossing = -1;
            for (int k = 0; k < count; k++)
            {
                double w = weights[_places[k]], at = -w / step[k];
                if (at is >= 0 and <= 1 && (crossing < 0 || at < share))
                    (share, crossing) = (at, k);
            }

            for (int k = 0; k < count; k++)
                weights[_places[k]] += share * step[k];
            if (crossing < 0)
                return;
            weights[_places[crossing]] = 0;
            RemoveAt(crossing);
            // What is left of the right-hand side after a part of the way, without the one that left.
            for (int k = 0; k < count; k++)
                _rest[k] *= 1 - share;
            _rest.AsSpan(crossing + 1, count - crossing - 1).CopyTo(_rest.AsSpan(crossing));
            count--;
        }
    }

    // x̃_a = Σ c_k x̃_k: moving w_a by d and w_k by −c_k d changes only ‖w‖₁, downhill until the first of them is 0.
    private void MoveInto(Span<double> weights, int a, double[] combination)
    {
        double slope = Math.Sign(weights[a]);
        for (int k = 0; k < combination.Length; k++)
            slope -= combination[k] * Math.Sign(weights[_places[k]]);
        double direction = slope > 0 ? -1 : 1, share = double.PositiveInfinity;
        int crossing = -1;
        if (weights[a] * direction < 0)
            share = Math.Abs(weights[a]);
        for (int k = 0; k < combination.Length; k++)
        {
            double at = weights[_places[k]] / (direction * combination[k]);
            if (at > 0 && at < share)
                (share, crossing) = (at, k);
        }

        weights[a] += direction * share;
        for (int k = 0; k < combination.Length; k++)
            weights[_places[k]] -= direction * combination[k] * share;
        if (crossing < 0)
        {
            weights[a] = 0;
            return;
        }

        weights[_places[crossing]] = 0;
        RemoveAt(crossing);
    }

    private void RemoveAt(int k)
    {
        _factor.RemoveAt(k);
        _places.RemoveAt(k);
    }
}
