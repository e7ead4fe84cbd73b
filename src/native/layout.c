/* Laying out the arguments of a call by position, with values in place of what is traced. */
#include "call.h"

void drop_layout(Layout *l)
{
    clear_each(l->values, (int)l->n + 1);
}

static int is_static_item(PyObject *x)
{
    return PyLong_CheckExact(x) || PyFloat_CheckExact(x) || x == Py_None || PyBool_Check(x) ||
           PyUnicode_CheckExact(x) || PySlice_Check(x) || x == Py_Ellipsis;
}

/* Whether an argument is surely no array and no traced value, nor holds one. */
static int is_static(PyObject *x)
{
    if (!PyTuple_CheckExact(x))
        return is_static_item(x);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(x); i++)
        if (!is_static_item(PyTuple_GET_ITEM(x, i)))
            return 0;
    return 1;
}

static inline int is_plain_array(PyObject *x)
{
    return PyArray_CheckExact(x) && PyArray_TYPE((PyArrayObject *)x) != NPY_OBJECT;
}

/* The value of what is traced by the one run of this call, borrowed; NULL if it is of another one. */
static PyObject *value_of(Layout *l, PyObject *x)
{
    ValueFields *v = (ValueFields *)x;
    if (!is_traced(x) || !(PyArray_CheckExact(v->value) || is_real(v->value)) || (l->tape && l->tape != v->tape))
        return NULL;
    l->tape = v->tape;
    return v->value;
}

/* A list or tuple with values in place of what is traced; NULL without an error if nothing is, or not all is plain. */
static PyObject *lowered_items(Layout *l, PyObject *items)
{
    Py_ssize_t n = PySequence_Fast_GET_SIZE(items), traced = 0;
    PyObject *low = PyList_CheckExact(items) ? PyList_New(n) : PyTuple_New(n);
    for (Py_ssize_t i = 0; low != NULL && i < n; i++) {
        PyObject *item = PySequence_Fast_GET_ITEM(items, i), *value = item;
        if (!is_plain_array(item) && !is_real(item)) {
            value = value_of(l, item);
            traced++;
        }
        if (value == NULL)
            Py_CLEAR(low);
        else
            PySequence_Fast_ITEMS(low)[i] = Py_NewRef(value);
    }
    if (!traced)
        Py_CLEAR(low);
    return low;
}

/* Put an argument in its place: 1, or 0 where Python has to look, -1 for an error. */
static int place(Caller *c, Layout *l, Py_ssize_t i, PyObject *x)
{
    PyObject *value;
    if (is_static(x) || is_plain_array(x) || is_real(x))
        value = Py_NewRef(x);
    else if (is_sequence(x))
        value = c->elementwise ? NULL : lowered_items(l, x);
    else
        value = Py_XNewRef(value_of(l, x));
    if (value == NULL)
        return PyErr_Occurred() ? -1 : 0;
    if (value != x)
        l->live[i] = x;
    Py_XSETREF(l->values[i], value);
    return l->live[i] == NULL || c->ways[i].pull != NULL;
}

Py_ssize_t position_of(PyObject *params, PyObject *name)
{
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(params); i++)
        if (PyTuple_GET_ITEM(params, i) == name || PyUnicode_Compare(PyTuple_GET_ITEM(params, i), name) == 0)
            return i;
    return -1;
}

/* An argument that says where the result goes, or which part of it counts. */
static int is_special(PyObject *name)
{
    return PyUnicode_Compare(name, python.out) == 0 || PyUnicode_Compare(name, python.where) == 0;
}

int lay_out(Caller *c, Layout *l, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t given = PyTuple_GET_SIZE(args), at = 0;
    if (given == 0 || given > l->n)
        return 0;
    int done = 1;
    for (Py_ssize_t i = 0; done > 0 && i < given; i++) {
        PyObject *x = PyTuple_GET_ITEM(args, i);
        done = is_static(x) || !is_special(PyTuple_GET_ITEM(c->params, i)) ? place(c, l, i, x) : 0;
    }
    for (Py_ssize_t i = given; i < l->n; i++)
        l->values[i] = Py_NewRef(PyTuple_GET_ITEM(c->defaults, i - 1));
    PyObject *name, *x;
    while (done > 0 && PyDict_Next(kwargs, &at, &name, &x)) {
        Py_ssize_t i = position_of(c->params, name);
        done = i < given || is_special(name) ? 0 : place(c, l, i, x);
    }
    return done > 0 && l->tape != NULL ? 1 : done < 0 ? -1 : 0;
}

int can_keep(Caller *c, Layout *l)
{
    for (Py_ssize_t i = 0; i < l->n; i++)
        for (int k = 0; l->live[i] != NULL && k < c->ways[i].count; k++) {
            int at = c->ways[i].at[k], of = at < 0 ? ~at : at;
            if (of == l->n)
                continue;
            if (at >= 0 ? l->live[of] && is_sequence(l->live[of])
                        : !PyArray_CheckExact(l->values[of]) && !is_real(l->values[of]) && l->live[of] == NULL)
                return 0;
        }
    return 1;
}
