namespace Tessar.Web.Recorded;

/// <summary>Thins a curve for drawing without losing what the eye looks for: the extremes of each stretch of steps.</summary>
internal static class Thinning
{
    /// <summary>
    /// The first point, the last, and the extremes of each of <c>most / 2 − 1</c> equally long stretches of steps, in order.
    /// </summary>
    /// <param name="points">Points by step, not decreasing.</param>
    /// <param name="most">Points wanted at most, at least 4.</param>
    /// <returns>
    /// The points themselves when there are few enough. A stretch that holds a value which isn't finite keeps one such point.
    /// </returns>
    public static IReadOnlyList<(long Step, double Value)> ToExtremes(IReadOnlyList<(long Step, double Value)> points, int most)
    {
        if (points.Count <= most)
            return points;
        long first = points[0].Step;
        // In floating point: steps may span more than a long's range of products.
        double length = Math.Max(1.0, (points[^1].Step - first + 1) / (double)(most / 2 - 1));
        var kept = new List<int>(most) { 0 };
        for (int start = 0; start < points.Count;)
        {
            double stretch = Math.Floor((points[start].Step - first) / length);
            int end = start;
            int least = start, greatest = start, broken = -1;
            for (; end < points.Count && Math.Floor((points[end].Step - first) / length).Equals(stretch); end++)
            {
                double value = points[end].Value;
                if (!double.IsFinite(value))
                    broken = end;
                if (value < points[least].Value || !double.IsFinite(points[least].Value))
                    least = end;
                if (value > points[greatest].Value || !double.IsFinite(points[greatest].Value))
                    greatest = end;
            }

            IEnumerable<int> places = broken < 0 ? [least, greatest] : [broken, Math.Max(least, greatest)];
            kept.AddRange(places.Order());
            start = end;
        }

        return [.. kept.Append(points.Count - 1).Distinct().Select(place => points[place])];
    }
}
